# syntax=docker/dockerfile:1
# mendixctl with AWS and Terraform itself: docker build -t mendixctl .
#   docker run --rm -v "$PWD:/work" -u "$(id -u):$(id -g)" mendixctl validate
# The tag is one patch version of Python; what must not move names its digest: --build-arg PYTHON=3.13.9-...@sha256:...
ARG PYTHON=3.13.9-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /source
COPY . .
# extras: of pyproject.toml; "emulator" as well where environments are rehearsed
ARG EXTRAS=aws,embedded
RUN pip wheel --no-cache-dir --wheel-dir /wheels ".[${EXTRAS}]"

FROM python:${PYTHON}
# git: what is committed is asked of it, and a pipeline commits what it applied; whose the checkout is, the runner decides
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system safe.directory '*' \
    && useradd --uid 10001 --create-home mendixctl \
    && install --directory --owner mendixctl /work
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index /wheels/*.whl
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /work
# a command, which ends; there is nothing to ask whether it is well
HEALTHCHECK NONE
ENTRYPOINT ["mendixctl"]
CMD ["--help"]
