# Stands in for the official image axllent/mailpit:v1.29: takes mails and answers that it is ready; it shows none.
FROM debian:trixie-slim
LABEL market.standin=yes
RUN apt-get update -qq && export DEBIAN_FRONTEND=noninteractive \
    && apt-get install -y -qq --no-install-recommends python3-aiosmtpd >/dev/null && apt-get clean
COPY --chmod=755 mailpit.py /mailpit
EXPOSE 1025/tcp 8025/tcp
ENTRYPOINT ["/mailpit"]
