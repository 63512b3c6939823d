from django.urls import path, re_path

from oneteam.lawbook import views

urlpatterns = [
    path("matters/", views.matters, name="matters"),
    re_path(r"^matters/catalogue\.(csv|xlsx)$", views.matters_export, name="matters-export"),
    path("matters/offered/", views.offer_matters, name="offer-matters"),
    path("matters/<str:code>/", views.matter, name="matter"),
]
