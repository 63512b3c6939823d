from django.urls import path

from oneteam.documents import checking, views

urlpatterns = [
    path("documents/", views.documents, name="documents"),
    path("documents/numbers/", views.numbers, name="numbers"),
    path("documents/numbers/<uuid:number_id>/", views.number, name="number"),
    path("documents/templates/", views.templates, name="templates"),
    path("documents/templates/<slug:name>/", views.template, name="template"),
    path("documents/<uuid:document_id>/", views.document, name="document"),
    path("documents/<uuid:document_id>/look/", views.look, name="document-look"),
    path("documents/<uuid:document_id>/void/", views.void, name="document-void"),
    path("d/", checking.check, name="check-any"),
    path("d/<str:token>/", checking.check, name="check"),
]
