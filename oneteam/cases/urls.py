from django.urls import path

from oneteam.cases import views
from oneteam.cases.facts import PROCEDURE

urlpatterns = [
    path("cases/", views.cases, name="cases"),
    path("cases/new/", views.new, name="case-new"),
    path("cases/<uuid:case_id>/", views.case, name="case"),
    path("cases/<uuid:case_id>/proof/", views.proof, name="case-proof"),
    *(
        path(f"cases/<uuid:object_id>/{verb.replace('_', '-')}/", view, name=f"{PROCEDURE}-{verb}")
        for verb, view in views.VIEWS.items()
    ),
]
