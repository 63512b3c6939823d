from django.urls import path

from oneteam.live import views

urlpatterns = [
    path("map/", views.city_map, name="map"),
    path("map/now/", views.map_now, name="map-now"),
    path("wall/", views.wall, name="wall"),
    path("wall/now/", views.wall_now, name="wall-now"),
    path("wall/stay/", views.wall_stay, name="wall-stay"),
]
