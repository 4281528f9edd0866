import { join } from 'node:path';
import { isRecord } from '../../core/json.ts';
import type { LineageNode, Made } from '../../core/lineage.ts';
import type { ArtifactStore, Dropped } from '../store/artifacts.ts';
import { readJsonFile } from '../store/json-file.ts';
import type { ArtifactMakers, Maker } from './artifact-makers.ts';

export interface Place {
  /** Folder of run folders. */
  runs: string;
  store: ArtifactStore;
}

export const makerOf = (maker: Maker | undefined): Made | undefined =>
  maker && { run: maker.run, step: maker.step, summary: maker.summary, at: maker.at };

interface Reference {
  key: string;
  digest: string;
  name: string | undefined;
  /** The run that read it. */
  run: string | undefined;
  trail: readonly string[];
}

/** Labels for keys that say more than the kind of the artifact. */
const labels: Readonly<Record<string, string>> = {
  base: 'base',
  parent: 'f16 gguf',
  continued_from: 'adapter to start from',
  continue_from: 'adapter to start from',
};

/** Follows the inputs named in manifests and in the options of steps. Works for dropped artifacts too: their manifests stay. */
export class LineageTree {
  readonly #place: Place;
  readonly #makers: ArtifactMakers;
  readonly #known = new Map<string, LineageNode>();
  constructor(place: Place, makers: ArtifactMakers) {
    this.#place = place;
    this.#makers = makers;
  }

  /**
   * Nodes for everything `parts` refers to, each listed once at its deepest position: the dataset of an adapter is not
   * listed again under the GGUF. `trail`: digests above, since a step that copies its input has an output equal to it.
   */
  async nodes(
    parts: Readonly<Record<string, unknown>>,
    maker: Maker | undefined,
    trail: readonly string[] = [],
  ): Promise<LineageNode[]> {
    const named = new Map(references(parts).map(({ key, digest, name }) => [digest, { key, name }]));
    for (const { key, digest } of references(maker?.options ?? {}, { texts: true }))
      if (!named.has(digest)) named.set(digest, { key, name: undefined });
    const nodes: LineageNode[] = [];
    for (const [digest, { key, name }] of named) {
      if (trail.includes(digest)) continue;
      const node = this.#known.get(digest) ?? (await this.#node({ key, digest, name, run: maker?.run, trail }));
      this.#known.set(digest, node);
      nodes.push(node);
    }
    const deeper = new Set(nodes.flatMap((node) => node.from.flatMap(digestsBelow)));
    return nodes.filter(({ digest }) => !deeper.has(digest));
  }

  async #node({ key, digest, name, run, trail }: Reference): Promise<LineageNode> {
    const hub = /^hub:(.*)@([^@]*)$/.exec(digest);
    if (hub) return { what: 'base', digest, name: `${hub[1]} at ${hub[2]}`, from: [] };
    const { store, runs } = this.#place;
    const manifest = await store.manifestOf({ digest });
    const maker = await this.#makers.of(digest);
    if (!manifest && !maker) {
      const path = run === undefined ? undefined : await pathOf(join(runs, run), digest);
      const shown = path ?? name;
      const what = key === 'base' ? key : path !== undefined || key === 'source' ? 'file' : key;
      const isOutside = what === 'file' || (key === 'base' && !shown?.startsWith('artifact:'));
      return {
        what,
        digest,
        ...(shown === undefined ? {} : { name: shown }),
        ...(isOutside ? {} : { state: 'gone' as const }),
        from: [],
      };
    }
    const dropped = await readJsonFile<Dropped>(join(store.folder({ digest }), 'dropped.json'));
    const made = makerOf(maker);
    return {
      what: labels[key] ?? manifest?.kind ?? key,
      digest,
      ...(made ? { made } : {}),
      ...(manifest ? (dropped ? { state: 'dropped' as const } : {}) : { state: 'gone' as const }),
      from: await this.nodes(manifest?.meta ?? {}, maker, [...trail, digest]),
    };
  }
}

const digestsBelow = (node: LineageNode): string[] => [node.digest, ...node.from.flatMap(digestsBelow)];

/**
 * Handles and `{ name, digest }` inside a value, each with its key. `texts`: also bare digests, which options have in
 * place of paths; in a manifest a bare digest is of something else, such as a template.
 */
function references(
  value: unknown,
  { texts = false, key = '' } = {},
): { key: string; digest: string; name: string | undefined }[] {
  if (typeof value === 'string')
    return texts && /^(?:sha256:[0-9a-f]{64}|hub:.+)$/.test(value) ? [{ key, digest: value, name: undefined }] : [];
  if (!isRecord(value)) return [];
  if (typeof value.digest === 'string')
    return [{ key, digest: value.digest, name: typeof value.name === 'string' ? value.name : undefined }];
  return Object.entries(value).flatMap(([inner, each]) => references(each, { texts, key: inner }));
}

/** The path that a run pinned to this digest. */
async function pathOf(runFolder: string, digest: string): Promise<string | undefined> {
  const pins = await readJsonFile<{ files?: Record<string, { digest: string }> }>(join(runFolder, 'pins.json'));
  return Object.entries(pins?.files ?? {}).find(([, file]) => file.digest === digest)?.[0];
}
