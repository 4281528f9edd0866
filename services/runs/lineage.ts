import { join } from 'node:path';
import { isRecord } from '../../core/json.ts';
import { historyOf, type ServedFacts } from '../../core/promotions.ts';
import { readServed } from '../ollama/served-models.ts';
import { readAllPromotions } from '../promotion/promotion-ledger.ts';
import { type ArtifactStore, type Dropped, readSmall } from '../store/artifacts.ts';
import { type Maker, Makers, type Verdict } from './artifact-makers.ts';

/** Something a model was made from, and what that was made from in turn. */
export interface LineageNode {
  /** `gguf`, `model`, `adapter`, `checkpoints`, `dataset`, `base`, `file`, … */
  what: string;
  /** `sha256:…`, or `hub:org/model@commit`. */
  digest: string;
  /** Of a file or a base from outside. */
  name?: string;
  made?: Pick<Maker, 'run' | 'step' | 'summary' | 'at'>;
  /** `dropped`: the bytes were given up and can be made again. `gone`: not in the store. */
  state?: 'dropped' | 'gone';
  from: LineageNode[];
}

/** When a name stood for the model. */
export interface ServedAs extends ServedFacts {
  name: string;
  since?: string;
  until?: string;
  takenBack?: string;
}

export interface Lineage {
  digest: string;
  /** The name it was imported under. */
  name: string;
  made?: LineageNode['made'];
  verdicts: readonly Verdict[];
  servedAs: readonly ServedAs[];
  from: LineageNode[];
}

interface Place {
  /** Folder of run folders. */
  runs: string;
  store: ArtifactStore;
}

/** All that is known of where a model in Ollama came from; undefined for one that temper did not make in this home. Asks neither Temporal nor Ollama. */
export async function lineageOf(place: Place, digest: string): Promise<Lineage | undefined> {
  const served = await readServed(place.store.root, digest);
  if (!served) return undefined;
  const makers = await Makers.read({ runs: place.runs, store: place.store.root });
  const walk = new Walk(place, makers);
  const made = told(await makers.of(digest));
  const verdicts: Verdict[] = [];
  for (const verdict of makers.verdicts)
    if ((await place.store.manifestOf({ digest: verdict.report }))?.meta.after === digest) verdicts.push(verdict);
  return {
    digest,
    name: served.name,
    ...(made ? { made } : {}),
    verdicts,
    servedAs: await servedAs(place.store.root, digest),
    from: await walk.nodes({ gguf: served.gguf, ...served.lineage }, undefined),
  };
}

async function servedAs(store: string, digest: string): Promise<ServedAs[]> {
  const ledgers = await readAllPromotions(store);
  return ledgers.flatMap(({ name, lines }) => {
    const { models, takenBack } = historyOf(lines);
    const model = models.get(digest);
    if (!model) return [];
    const { since, until, facts } = model;
    const back = takenBack.get(digest);
    return [
      {
        name,
        ...(since ? { since } : {}),
        ...(until ? { until } : {}),
        ...(back ? { takenBack: back } : {}),
        ...facts,
      },
    ];
  });
}

const told = (maker: Maker | undefined): LineageNode['made'] | undefined =>
  maker && { run: maker.run, step: maker.step, summary: maker.summary, at: maker.at };

interface Wanted {
  key: string;
  digest: string;
  name: string | undefined;
  /** The run that read it. */
  run: string | undefined;
  trail: readonly string[];
}

/** What says more than the kind of the artifact. */
const labels: Readonly<Record<string, string>> = {
  base: 'base',
  parent: 'f16 gguf',
  continued_from: 'adapter to start from',
  continue_from: 'adapter to start from',
};

/** Follows what manifests name, and the inputs of the steps that made them: manifests stay when bytes are dropped. */
class Walk {
  readonly #place: Place;
  readonly #makers: Makers;
  readonly #known = new Map<string, LineageNode>();
  constructor(place: Place, makers: Makers) {
    this.#place = place;
    this.#makers = makers;
  }

  /**
   * What `parts` names, each thing once, where it stands deepest: an adapter's dataset is no second part of its GGUF.
   * `trail`: digests on the way here, since a step that copies what it reads makes what it was made from.
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
      const node = this.#known.get(digest) ?? (await this.#make({ key, digest, name, run: maker?.run, trail }));
      this.#known.set(digest, node);
      nodes.push(node);
    }
    const deeper = new Set(nodes.flatMap((node) => node.from.flatMap(digestsBelow)));
    return nodes.filter(({ digest }) => !deeper.has(digest));
  }

  async #make({ key, digest, name, run, trail }: Wanted): Promise<LineageNode> {
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
    const dropped = await readSmall<Dropped>(join(store.folder({ digest }), 'dropped.json'));
    const made = told(maker);
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
 * Handles and `{ name, digest }` with the key they stand under. `texts`: digests in place of paths too, as options have
 * them; in a manifest such a text is of something else, such as a template.
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

/** The path of a file or folder that a run has pinned to this digest. */
async function pathOf(runFolder: string, digest: string): Promise<string | undefined> {
  const pins = await readSmall<{ files?: Record<string, { digest: string }> }>(join(runFolder, 'pins.json'));
  return Object.entries(pins?.files ?? {}).find(([, file]) => file.digest === digest)?.[0];
}
