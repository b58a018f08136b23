# The worker, the page and every command of one project: docker build --build-arg PROJECT=path/to/project .
# What has to be built is built in the first stage; the second holds what runs, owned by root and not written to.

FROM node:22.21.1-bookworm-slim AS build
WORKDIR /app
ENV CI=1
# First what changes seldom: as long as these stay as they are, so does the layer with the packages.
COPY package.json package-lock.json ./
COPY scripts ./scripts
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY bin ./bin
COPY src ./src
RUN npm run -s build \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund
# The native core comes for five platforms; one of them is this.
RUN set -eu; \
    case "$(uname -m)" in x86_64) keep=x86_64-unknown-linux-gnu ;; aarch64) keep=aarch64-unknown-linux-gnu ;; *) echo "no native core for $(uname -m)" >&2; exit 1 ;; esac; \
    cd node_modules/@temporalio/core-bridge/releases; \
    test -d "$keep"; \
    for one in *; do if [ "$one" != "$keep" ]; then rm -r "$one"; fi; done

FROM node:22.21.1-bookworm-slim
ENV NODE_ENV=production \
    DAYCHAIN_HOME=/var/lib/daychain
WORKDIR /app
COPY --from=build /app/package.json ./package.json
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/bin ./bin
COPY --from=build /app/dist ./dist
COPY deploy/health.mjs ./deploy/health.mjs
ARG PROJECT=examples/civic
# Below the package, so that "daychain" in its files is found.
COPY ${PROJECT} ./project
RUN mkdir -p /var/lib/daychain && chown node:node /var/lib/daychain
VOLUME /var/lib/daychain
USER node
EXPOSE 7070
# Of the worker; the page has its own in docker-compose.yml.
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s --retries=3 CMD ["node", "deploy/health.mjs", "worker"]
# SIGTERM stops polling, lets tasks run on for DAYCHAIN_DRAIN_SECONDS and hands their work back.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "bin/daychain.js", "--project", "/app/project"]
CMD ["worker"]
