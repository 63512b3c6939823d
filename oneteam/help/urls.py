from django.urls import path

from oneteam.help import views

urlpatterns = [
    path("help/", views.index, name="help"),
    path("help/<slug:name>/", views.page, name="help-page"),
]
