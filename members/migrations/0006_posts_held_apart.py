"""Nobody holds two of the three administrators' posts on one day, nor the department's together with those that watch it.

A unique index holds apart what is open-ended; for spans with a last day both engines need a trigger. On PostgreSQL it
locks the person first, so that two writers at once do not miss each other.
"""

from django.db import migrations

APART = """
    SELECT 1 FROM members_post other WHERE other.person_id = NEW.person_id AND other.id <> COALESCE(NEW.id, 0)
    AND other.started_on <= COALESCE(NEW.ended_on, '9999-12-31') AND NEW.started_on <= COALESCE(other.ended_on, '9999-12-31')
    AND other.role <> NEW.role AND (
        (NEW.role IN ('SYS', 'SEC', 'AUD') AND other.role IN ('SYS', 'SEC', 'AUD'))
        OR (NEW.role IN ('SEC', 'AUD') AND other.role IN ('OD', 'OH'))
        OR (NEW.role IN ('OD', 'OH') AND other.role IN ('SEC', 'AUD')))
"""
POSTGRES = f"""
CREATE FUNCTION members_posts_apart() RETURNS trigger AS $$
BEGIN
    PERFORM 1 FROM members_person WHERE id = NEW.person_id FOR UPDATE;
    IF EXISTS ({APART}) THEN
        RAISE EXCEPTION 'post_apart: these two posts are never held together' USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NEW;
END; $$ LANGUAGE plpgsql;
CREATE TRIGGER members_post_apart BEFORE INSERT OR UPDATE ON members_post FOR EACH ROW
    WHEN (NEW.role IN ('SYS', 'SEC', 'AUD', 'OD', 'OH')) EXECUTE FUNCTION members_posts_apart();
"""
SQLITE = [
    f"CREATE TRIGGER members_post_apart_{verb.lower()} BEFORE {verb} ON members_post "
    f"WHEN NEW.role IN ('SYS', 'SEC', 'AUD', 'OD', 'OH') AND EXISTS ({APART}) "
    "BEGIN SELECT RAISE(ABORT, 'post_apart: these two posts are never held together'); END;"
    for verb in ("INSERT", "UPDATE")
]


def add_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("members", "0005_roles_and_grants")]
    operations = [migrations.RunPython(add_triggers, migrations.RunPython.noop)]
