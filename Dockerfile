# The steps of the Makefile, in two stages: the second carries no package manager's cache and no Node.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
ARG EXTRAS=
COPY requirements/base.txt requirements/node.txt requirements/sso.txt requirements/
RUN python3 -m venv .venv \
    && .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt \
    && for extra in $EXTRAS; do \
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$extra.txt \
        || exit 1; \
    done
COPY . .
RUN .venv/bin/python manage.py vendor_assets \
    && CAREHUB_STATIC_MANIFEST=1 .venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf var tests .ci

FROM python:3.11-slim-bookworm
# Backups of PostgreSQL are made and read by its own programs; the major is that of the database in docker-compose.yml.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home carehub && install -d -o carehub /state && install -d -o carehub -m 700 /backups
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    CAREHUB_PRODUCTION=1 CAREHUB_STATE_DIR=/state
USER carehub
VOLUME /state /backups
EXPOSE 8000
CMD ["gunicorn", "carehub.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "3", "--timeout", "60", \
     "--max-requests", "5000", "--max-requests-jitter", "500", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", \
     "--logger-class", "carehub.trouble.weblog.WebLog"]
