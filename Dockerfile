# One image for all services and for solo: the argument says which. Solo is the default.
#   docker build --tag muniment:0.1.0 .
#   docker run --publish 127.0.0.1:4566:4566 --volume muniment:/var/lib/muniment muniment:0.1.0
#   docker run … muniment:0.1.0 apps/gateway/dist/main.js
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
ARG APPS="gateway directory credentials sts decisions audit solo cli"
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
RUN npx tsc -b $(printf 'apps/%s ' $APPS)
# Packages again, without those that only build and test.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --omit=dev $(printf -- '-w apps/%s ' $APPS)
RUN mkdir -p /image/apps \
  && cp -R $(printf 'apps/%s ' $APPS) /image/apps/ \
  && cp -R libs node_modules package.json LICENSE NOTICE /image/ \
  && cd /image \
  && find apps libs -name node_modules -prune -o -type f \
    ! -path '*/dist/*' ! -path '*/bin/*' ! -name package.json -exec rm {} + \
  && find apps libs -name node_modules -prune -o -type f -path '*/dist/*' \
    \( -name '*.test.*' -o -name '*.testing.*' -o -name '*.d.ts' -o -name '*.map' -o -name '*.tsbuildinfo' \) \
    -exec rm {} + \
  && find apps libs -type d -empty -delete

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="Muniment" \
  org.opencontainers.image.description="Self-hosted, event-sourced identity and access platform, AWS IAM-compatible" \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.licenses="Apache-2.0"
# Nothing is installed at run time, so nothing that installs is left; the number of the user is known to Kubernetes.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
    /usr/local/bin/yarn /usr/local/bin/yarnpkg \
  && install -d -o 10001 -g 10001 -m 0750 /var/lib/muniment
WORKDIR /opt/muniment
COPY --from=build /image ./
COPY deploy/health.mjs deploy/
# Every address of the container: what reaches it is for its network to say.
ENV NODE_ENV=production \
  MUNIMENT_HOST=0.0.0.0 \
  MUNIMENT_PORT=4566 \
  MUNIMENT_DATA_DIR=/var/lib/muniment
USER 10001:10001
VOLUME /var/lib/muniment
EXPOSE 4566
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "deploy/health.mjs", "/livez"]
ENTRYPOINT ["node"]
CMD ["apps/cli/bin/muniment.js", "start"]
