from django.urls import path

from oneteam.people import views

urlpatterns = [path("posts/", views.posts, name="posts")]
