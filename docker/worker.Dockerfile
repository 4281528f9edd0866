# Both workers of temper in one image: Node, and the trainer's Python with PyTorch (its CUDA build, which runs on a CPU
# too; a GPU's driver comes from the host). About 7 GB. Not Alpine: Temporal's native part and PyTorch need glibc.
FROM node:20-bookworm-slim AS build
WORKDIR /opt/temper
COPY . .
RUN npm ci

FROM node:20-bookworm-slim

# g++ builds llama.cpp's quantizer on first use, on the machine it is meant for.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates g++ make python3 python3-venv \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/temper
# Outside the home: it comes with the image, not with the volume.
ENV TEMPER_CACHE=/opt/temper-cache NODE_ENV=production
RUN mkdir -p /opt/temper-cache/llama.cpp /var/lib/temper \
  && chown -R node:node /opt/temper /opt/temper-cache /var/lib/temper
USER node

COPY --chown=node:node package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

# The five gigabytes of Python come before the code, so that a change there does not install them again.
COPY --chown=node:node trainer/requirements.txt trainer/requirements.txt
COPY --chown=node:node services/setup/locks services/setup/locks
COPY --chown=node:node --from=build /opt/temper/dist dist
RUN node dist/install-python.js && rm -rf /opt/temper-cache/uv

COPY --chown=node:node bin bin
COPY --chown=node:node data data
COPY --chown=node:node docker/worker-health.mjs docker/worker-health.mjs
COPY --chown=node:node pipelines pipelines
COPY --chown=node:node pipeline.schema.json ./
COPY --chown=node:node trainer trainer
COPY --chown=node:node workers/no-promise-stacks.cjs workers/no-promise-stacks.cjs

ENTRYPOINT ["node", "--require", "./workers/no-promise-stacks.cjs", "bin/temper.mjs"]
CMD ["worker", "gpu"]
