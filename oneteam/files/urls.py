from django.urls import path

from oneteam.files import views

urlpatterns = [path("files/<uuid:blob>/", views.photo, name="photo")]
