/** Fields by which Temporal's web UI and `temporal workflow list` find runs, with Temporal's type of each. */
export const searchAttributeTypes = {
  TemperPipeline: 'Keyword',
  TemperBase: 'Keyword',
  TemperDataset: 'Keyword',
  TemperStatus: 'Keyword',
  TemperScore: 'Double',
} as const;

export type SearchAttribute = keyof typeof searchAttributeTypes;

export const searchAttributes = Object.keys(searchAttributeTypes) as SearchAttribute[];
