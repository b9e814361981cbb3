"""The frame: only places that open, no inline style or script, one answer for what is not there."""

import re

import pytest

from tests.cast import PEOPLE

PAGES = ("/people/", "/organizations/", "/mine/", "/policy/", "/more/", "/password/", "/people/987654/")
INLINE = re.compile(r"<[^>]+\s(?:style|on\w+)\s*=|<style|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)


@pytest.mark.parametrize("key", [row[0] for row in PEOPLE])
def test_every_link_of_the_frame_opens(as_, key):
    client = as_(key)
    html = client.get("/more/").content.decode()
    links = set(re.findall(r'<a[^>]+href="(/[^"#]*)', html))
    assert "/policy/" in links
    refused = {link for link in links if client.get(link, follow=True).status_code != 200}
    assert refused == set()


def test_a_plain_member_is_offered_the_own_things_only(as_):
    html = as_("member").get("/mine/").content.decode()
    assert "我的谈话" in html
    for other in ("人员档案", "总览", "督查资料", "名册导入", "查人"):
        assert other not in html


def test_the_scope_is_said_on_every_page(as_):
    assert "范围：<b>外国语学院教工第一党支部，5 人</b>" in as_("owner").get("/people/").content.decode()
    assert "范围：<b>外国语学院党总支，2 个支部</b>" in as_("general_secretary").get("/people/").content.decode()
    assert "范围：<b>全校，4 个支部</b>" in as_("clerk").get("/people/").content.decode()
    assert "范围：<b>全校离退休人员</b>" in as_("retirees").get("/people/").content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("key", ["owner", "member"])
def test_no_page_holds_inline_style_or_script(as_, key, page):
    html = as_(key).get(page).content.decode()
    assert INLINE.search(html) is None


def test_the_search_for_inline_code_finds_some():
    assert all(INLINE.search(bad) for bad in ("<p style='x'>", "<a onclick=x>", "<script>1</script>", "<style>"))


@pytest.mark.parametrize("page", [*PAGES, "/login/"])
def test_the_policy_of_content_allows_nothing_inline_and_nothing_from_outside(as_, client, page):
    answer = as_("owner").get(page) if page != "/login/" else client.get(page)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert re.search(r"""(?:src|href|action)="(?:https?:)?//""", answer.content.decode()) is None


def test_a_page_has_one_h1_landmarks_and_a_skip_link(as_):
    html = as_("owner").get("/people/").content.decode()
    assert html.count("<h1") == 1
    for mark in ('href="#main"', "<main", "<nav", "<footer", 'lang="zh-CN"'):
        assert mark in html


def test_a_forbidden_page_says_why_and_a_missing_one_does_not(as_):
    client = as_("member")
    forbidden, missing = client.get("/people/export/"), client.get("/nothing/")
    assert forbidden.status_code == 403
    assert "您的职务不办理这件事" in forbidden.content.decode()
    assert missing.status_code == 404
    assert "没有找到" in missing.content.decode()


def test_a_visitor_learns_nothing_from_a_missing_page(school, client):
    answer = client.get("/nothing/")
    assert answer.status_code == 404
    assert "没有找到" in answer.content.decode()
    assert client.get(f"/people/{school.member.pk}/").status_code == 302


def test_a_failure_is_answered_in_chinese_without_details(as_, monkeypatch):
    client = as_("owner")
    client.raise_request_exception = False
    monkeypatch.setattr("carehub.policy_page.CLAUSES", None)
    answer = client.get("/policy/")
    assert answer.status_code == 500
    assert "系统出错了" in answer.content.decode()
    assert "NoneType" not in answer.content.decode()


def test_a_stale_form_is_refused_kindly(school):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "owner"})
    assert answer.status_code == 403
    assert "这一页放得太久了" in answer.content.decode()


def test_every_clause_of_the_policy_has_its_place(as_):
    html = as_("member").get("/policy/").content.decode()
    for code in ("C-0.1", "C-1.7", "C-2.3", "C-2.5e", "C-2.17", "C-3.3", "C-4.2", "C-5.3"):
        assert f'id="{code}"' in html
    assert html.count("<li id=") == 38


def test_matters_to_see_to_stand_in_the_navigation_of_those_who_may_be_asked(as_):
    assert 'href="/follow-ups/"' in as_("officer").get("/").content.decode()
    assert 'href="/follow-ups/"' not in as_("member").get("/mine/").content.decode()
