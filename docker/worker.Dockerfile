# Both workers of temper in one image: Node, and the trainer's Python with PyTorch (its CUDA build, which runs on a CPU
# too; a GPU's driver comes from the host). About 7 GB. Not Alpine: Temporal's native part and PyTorch need glibc.
FROM node:20-bookworm-slim

# g++ builds llama.cpp's quantizer on first use, on the machine it is meant for; libgomp1 is what it runs with.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates g++ libgomp1 make python3 python3-venv \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/temper
# Outside the home: it comes with the image, not with the volume.
ENV TEMPER_CACHE=/opt/temper-cache NODE_ENV=production
RUN mkdir -p /opt/temper-cache/llama.cpp /var/lib/temper \
  && chown -R node:node /opt/temper /opt/temper-cache /var/lib/temper
USER node

COPY --chown=node:node package.json package-lock.json ./
RUN npm ci --omit=dev && npm cache clean --force

# The five gigabytes of Python come before most of the code, so that a change there does not install them again.
COPY --chown=node:node trainer/requirements.txt trainer/requirements.txt
COPY --chown=node:node core core
COPY --chown=node:node protocol protocol
COPY --chown=node:node services services
COPY --chown=node:node docker/install-python.mjs docker/install-python.mjs
RUN node docker/install-python.mjs && rm -rf /opt/temper-cache/uv

COPY --chown=node:node . .

ENTRYPOINT ["node", "--require", "./workers/no-promise-stacks.cjs", "bin/temper.mjs"]
CMD ["worker", "gpu"]
