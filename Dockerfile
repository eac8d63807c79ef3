# One image for every program of the marketplace, and others for what is done around them.
#
#   docker build .                      the programs (target `runtime`): no shell, no package manager, not root
#   docker build --target site .        nginx with the pages, for a cluster; in a composition its nginx has them
#   docker build --target tools .       Python and openssl: prepares secrets and certificates, makes dashboards, places the
#                                       proof order
#
# No secret goes into any. Which Debian packages are needed stands in deploy/lib/packages.txt, as for ./market.
ARG DEBIAN=debian:trixie-slim

FROM ${DEBIAN} AS swagger-ui
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >/dev/null
WORKDIR /site
COPY deploy/site/package.json deploy/site/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM ${DEBIAN} AS web
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm python3 >/dev/null
WORKDIR /market
COPY deploy/lib/*.py deploy/lib/
COPY deploy/native/nginx_shop.conf deploy/native/
COPY docs/openapi.yaml docs/
COPY web web
# Elsewhere a marketplace goes without pages where npm can't be had; an image is whole or not there.
RUN python3 deploy/lib/web.py build && test -f build/web/shop/en.html

FROM ${DEBIAN} AS tools
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-yaml openssl >/dev/null \
    && rm -rf /var/log/apt /var/log/dpkg.log
RUN groupadd --gid 10001 market && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin market
WORKDIR /market
COPY deploy/topology.yaml deploy/
COPY deploy/lib/*.py deploy/lib/
COPY deploy/native/nginx*.conf deploy/native/
COPY deploy/site/*.html deploy/site/*.css deploy/site/*.js deploy/site/*.conf deploy/site/
COPY docs/openapi.yaml docs/
COPY proto/marketplace/options/v1/reason.proto proto/marketplace/options/v1/
COPY --from=swagger-ui /site/node_modules/swagger-ui-dist/swagger-ui.css /site/node_modules/swagger-ui-dist/swagger-ui-bundle.js /swagger-ui/
COPY --from=web /market/build/web /web
COPY deploy/observability/grafana/description.py deploy/observability/grafana/make_dashboards.py deploy/observability/grafana/
COPY tools/proof.py tools/
COPY deploy/compose/prepare.py deploy/compose/
COPY deploy/compose/redis/redis.conf deploy/compose/redis/
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Marketplace tools" \
      org.opencontainers.image.description="Makes secrets and certificates, proves that the marketplace works" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV PYTHONDONTWRITEBYTECODE=1
# A volume takes its owner from the directory that it is mounted on first.
RUN python3 deploy/compose/prepare.py volumes | while read -r name; do install -d -o 10001 -g 10001 "/secrets/$name"; done \
    && install -d -o 10001 -g 10001 /dashboards /pictures
USER 10001:10001
ENTRYPOINT ["/usr/bin/python3"]
CMD ["deploy/compose/prepare.py"]

FROM tools AS pages
USER root
RUN python3 deploy/lib/site.py /share --swagger-ui /swagger-ui --web /web

FROM ${DEBIAN} AS site
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light >/dev/null \
    && rm -rf /var/log/apt /var/log/dpkg.log
COPY --from=pages /share /usr/share/marketplace
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Marketplace site" \
      org.opencontainers.image.description="The pages: of the shop, and about the API" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
USER 10001:10001
STOPSIGNAL SIGQUIT
CMD ["/usr/sbin/nginx", "-e", "stderr", "-c", "/usr/share/marketplace/nginx/nginx.conf"]

FROM ${DEBIAN} AS build
WORKDIR /src
COPY deploy/lib/setup.sh deploy/lib/packages.txt deploy/lib/
# Debian's image deletes packages after installing them; here they stay in the cache of the builder.
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && MARKET_SETUP_PROGRAMS=1 sh deploy/lib/setup.sh build
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY proto proto
COPY platform platform
COPY services services
COPY gateway gateway
COPY sandbox sandbox
COPY apps apps
COPY bench bench
COPY tests tests
COPY tools tools
COPY deploy/lib/build.sh deploy/lib/
ARG PROGRAMS="gateway auth user product order payment notification marketplace sandbox marketctl check_invariants"
ARG REVISION=unknown
ENV CCACHE_DIR=/ccache CCACHE_MAXSIZE=2G
RUN --mount=type=cache,target=/ccache \
    cmake --preset release -DMARKET_REVISION="${REVISION}" >/tmp/configure.log || { tail -n 30 /tmp/configure.log; exit 1; } \
    && sh deploy/lib/build.sh release $PROGRAMS
COPY LICENSE ./
COPY deploy/compose/collect.sh deploy/compose/
RUN sh deploy/compose/collect.sh /image build/release/bin $PROGRAMS

FROM scratch AS runtime
COPY --from=build /image/ /
# Into which the gateway writes public pages (pages.directory).
COPY --from=pages /share/site/shop /usr/share/marketplace/site/shop
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Marketplace" \
      org.opencontainers.image.description="Every program of the marketplace: services, gateway, sandbox, marketctl" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# A name server that is silent is given up after a second, not after five: the next one may know.
ENV PATH=/usr/bin MARKET_METRICS_LISTEN=0.0.0.0:9464 RES_OPTIONS="timeout:1 attempts:3"
# glibc keeps seven freed blocks of each size for each thread; with 64 requests under way the rest went through its lock.
# libldap (by way of libpq) loads GnuTLS, which would test its ciphers at each start though nothing here uses them.
ENV GLIBC_TUNABLES=glibc.malloc.tcache_count=256 GNUTLS_NO_IMPLICIT_INIT=1
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["marketctl", "healthcheck"]
CMD ["marketctl", "help"]
