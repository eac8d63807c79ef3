# Stands in for the official image nginx:1.30: from Debian's next release, because upstream names are looked up again only
# since 1.27. A mirror may hold an old state of it; the signature is checked all the same.
FROM debian:trixie-slim
LABEL market.standin=yes
RUN groupadd -r -g 101 nginx && useradd -r -g nginx -u 101 nginx \
    && sed -i 's/trixie/forky/g' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null; \
    apt-get -o Acquire::Check-Valid-Until=false update -qq && export DEBIAN_FRONTEND=noninteractive \
    && apt-get install -y -qq --no-install-recommends nginx curl >/dev/null && apt-get clean
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
