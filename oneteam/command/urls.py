from django.urls import path

from oneteam.command import desk_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("reports/<uuid:report_id>/decide/", views.decide, name="report-decide"),
    path("reports/<uuid:report_id>/split/", desk_views.split, name="report-split"),
    path("reports/<uuid:report_id>/correct/", desk_views.correct, name="incident-correct"),
    path("reports/<uuid:report_id>/resolve/", desk_views.resolve, name="report-resolve"),
    path("desk/", desk_views.desk, name="desk"),
    path("desk/offer/places/", desk_views.offer_places, name="offer-places"),
    path("desk/offer/people/<uuid:report_id>/", desk_views.offer_people, name="offer-people"),
    path("desk/merge/", desk_views.merge, name="desk-merge"),
    path("desk/handover/", desk_views.hand_over, name="handover"),
    path("desk/handover/<uuid:handover_id>/take/", desk_views.take_over, name="handover-take"),
    path("orders/escalated/", views.escalated, name="escalated"),
    path("orders/", views.orders, name="orders"),
    path("verify/", views.verify, name="verify"),
    path("orders/<uuid:order_id>/", views.order, name="order"),
    path("orders/<uuid:object_id>/accept/", views.accept, name="order-accept"),
    path("orders/<uuid:object_id>/arrive/", views.arrive, name="order-arrive"),
    path("orders/<uuid:object_id>/handle/", views.handle, name="order-handle"),
    path("orders/<uuid:object_id>/return/", views.give_back, name="order-return"),
    path("orders/<uuid:object_id>/verify/", views.confirm, name="order-verify"),
    path("orders/<uuid:object_id>/refuse/", views.refuse, name="order-refuse"),
    path("orders/<uuid:object_id>/ask-extension/", views.ask_extension, name="order-ask_extension"),
    path("orders/<uuid:object_id>/extend/", views.extend, name="order-extend"),
    path("orders/<uuid:object_id>/suspend/", views.suspend, name="order-suspend"),
    path("orders/<uuid:object_id>/resume/", views.resume, name="order-resume"),
    path("orders/<uuid:object_id>/recall/", views.recall, name="order-recall"),
    path("orders/<uuid:object_id>/urge/", views.urge, name="order-urge"),
]
