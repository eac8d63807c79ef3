# Stands in for the official image redis:8.
FROM debian:trixie-slim
LABEL market.standin=yes
RUN groupadd -r -g 999 redis && useradd -r -g redis -u 999 -d /data redis \
    && apt-get update -qq && export DEBIAN_FRONTEND=noninteractive \
    && apt-get install -y -qq --no-install-recommends redis-server redis-tools >/dev/null && apt-get clean \
    && install -d -o redis -g redis /data
WORKDIR /data
VOLUME /data
EXPOSE 6379
CMD ["redis-server"]
