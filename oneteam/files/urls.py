from django.urls import path

from oneteam.files import views

urlpatterns = [
    path("files/<uuid:blob>/", views.photo, name="photo"),
    path("files/<uuid:blob>/custody/", views.file, name="file"),
    path("files/<uuid:blob>/original/", views.original, name="file-original"),
    path("files/<uuid:blob>/hand-over/", views.hand_over, name="file-hand-over"),
    path("files/<uuid:blob>/compare/", views.compare, name="file-compare"),
]
