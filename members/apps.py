from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("党组织与人员")

    def ready(self) -> None:
        from carehub.access.viewer import describe_with
        from carehub.approvals.hands import ask_for_hands
        from members.hands import holders_at, relatives_of
        from members.importing import organizations, posts, roster, roster_undo  # noqa: F401  (each registers its kind)
        from members.scope import describe

        describe_with(describe)
        ask_for_hands(holders_at, relatives_of)
