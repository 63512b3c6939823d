from django.urls import path

from oneteam.server import story_views

urlpatterns = [path("story/", story_views.story, name="story")]
