# The image of Seismo's server: what the npm package holds, with its production packages, on Node's current LTS.
#   docker build --tag seismo .
#   docker run --publish 3005:3005 --volume seismo:/data seismo
# Nothing is emulated for another architecture: the build runs on the builder's own, and the target's packages come prebuilt.
ARG NODE_IMAGE=node:26-bookworm-slim

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY client/package.json client/
COPY server/package.json server/
COPY web/package.json web/
RUN npm ci --ignore-scripts
COPY . .
# Packing builds the server, the browser script and the dashboard.
RUN mkdir /packed && npm pack --workspace server --pack-destination /packed && tar -xzf /packed/*.tgz -C /packed

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS packages
ARG TARGETARCH
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY client/package.json client/
COPY server/package.json server/
COPY web/package.json web/
RUN case "${TARGETARCH:-$(dpkg --print-architecture)}" in \
      amd64) cpu=x64 ;; \
      arm64) cpu=arm64 ;; \
      *) echo "Seismo's engine exists for amd64 and arm64 only." >&2; exit 1 ;; \
    esac \
 && npm ci --ignore-scripts --omit=dev --workspace server --os=linux --cpu="$cpu" --libc=glibc
# The bill of materials: of what was just installed, so the rest of the workspace is taken out first. npm wants a version of the root.
RUN npm pkg set version=0.0.0 && npm pkg set --json 'workspaces=["server"]' \
 && npm pkg delete devDependencies && npm pkg delete devDependencies --workspace server \
 && npm sbom --omit=dev --workspace server --sbom-format=cyclonedx > sbom.cdx.json

FROM ${NODE_IMAGE}
ARG VERSION=
ARG REVISION=
ARG SOURCE=
LABEL org.opencontainers.image.title="Seismo" \
      org.opencontainers.image.description="Self-hosted server that tracks and analyzes application events." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=packages /app/sbom.cdx.json ./
COPY --from=build /packed/package server
# Any user may run it: a user that the image does not know has group 0, to which /data is open.
RUN ln -s /app/server/bin/seismo.js /usr/local/bin/seismo \
 && mkdir /data && chown node:root /data && chmod 770 /data
ENV NODE_ENV=production \
    container=oci \
    SEISMO_HOST=0.0.0.0 \
    SEISMO_DATA_DIR=/data
VOLUME /data
EXPOSE 3005
USER node
# The socket of the data directory answers whatever the port is.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "require('node:http').get({ socketPath: process.env.SEISMO_DATA_DIR + '/seismo.sock', path: '/health' }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
ENTRYPOINT ["node", "/app/server/bin/seismo.js"]
CMD ["start"]
