# Earshot as a small image: the locked libraries, Earshot, fonts for every script; no build tools, no root.
#   docker build --tag earshot .
#   docker run --volume earshot-data:/data --publish 127.0.0.1:8888:8888 --env-file .env earshot
# Fonts are two thirds of it. With --build-arg FONTS="" cards show a chip in place of what they cannot write.

FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements/run.lock requirements/run.lock
RUN python -m venv /opt/earshot \
 && /opt/earshot/bin/pip install --no-cache-dir --require-hashes --requirement requirements/run.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY cogs cogs
RUN /opt/earshot/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
 && /opt/earshot/bin/pip uninstall --yes setuptools pip

FROM python:3.11-slim
ARG FONTS="fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji"
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates $FONTS \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 1000 --create-home earshot \
 && install --directory --mode 700 --owner earshot --group earshot /data
COPY --from=build /opt/earshot /opt/earshot
# The environment goes before config.toml: the health check below relies on the port.
ENV PATH=/opt/earshot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    EARSHOT_DATA_FOLDER=/data \
    EARSHOT_WEB_HOST=0.0.0.0 \
    EARSHOT_WEB_PORT=8888
USER earshot
WORKDIR /home/earshot
VOLUME /data
EXPOSE 8888
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8888/healthz', timeout=5)"]
ENTRYPOINT ["earshot"]
CMD ["run"]
