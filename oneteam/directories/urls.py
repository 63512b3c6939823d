from django.urls import path, re_path

from oneteam.directories import views

urlpatterns = [
    path("directory/", views.index, name="directories"),
    path("directory/<slug:name>/", views.listed, name="directory"),
    re_path(r"^directory/(?P<name>[-\w]+)\.(?P<kind>csv|xlsx)$", views.file, name="directory-file"),
    path("directory/<slug:name>/new/<slug:edit_name>/", views.edit, name="directory-new"),
    path("directory/<slug:name>/offer/<slug:edit_name>/<slug:field>/", views.offer, name="directory-offer"),
    path("directory/<slug:name>/<uuid:row_id>/", views.detail, name="directory-row"),
    path("directory/<slug:name>/<uuid:row_id>/look/", views.look, name="directory-look"),
    path("directory/<slug:name>/<uuid:row_id>/<slug:edit_name>/", views.edit, name="directory-edit"),
    path("imports/<slug:name>/", views.upload, name="import"),
    re_path(r"^imports/(?P<name>[-\w]+)/template\.(?P<kind>csv|xlsx)$", views.template, name="import-template"),
    path("imports/run/<uuid:run_id>/", views.run, name="import-run"),
    path("imports/run/<uuid:run_id>/faults.csv", views.run_faults, name="import-faults"),
    path("imports/run/<uuid:run_id>/confirm/", views.confirm, name="import-confirm"),
]
