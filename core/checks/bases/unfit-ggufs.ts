import { ggufArchitectures, isWholeType } from '../../kinds/gguf-architectures.ts';
import type { FindingProblem, Level } from '../finding.ts';
import { eachBase } from './named-bases.ts';

type Found = FindingProblem & { level?: Level };

/** Finds GGUF files that no base model can be made of, and those whose weights are only roughly what they were. */
export const findUnfitGgufs = eachBase(({ facts, value: base, role, options }): Found[] => {
  const { gguf } = facts;
  if (!gguf) return [];
  const { architecture, kind, parts, experts, hasEncoder, quantization, title, original } = gguf;
  const code = 'GGUF_UNSUPPORTED';
  if (kind !== 'model') return [{ code, reason: 'gguf-kind', facts: { base, kind } }];
  if (parts > 1) return [{ code, reason: 'gguf-parts', facts: { base, parts } }];
  if (hasEncoder) return [{ code, reason: 'gguf-encoder', facts: { base } }];
  if (experts > 0)
    return [{ code: 'UNSUPPORTED_ARCHITECTURE', reason: 'mixture-of-experts', facts: { base, experts } }];
  const known = Object.keys(ggufArchitectures);
  if (!known.includes(architecture))
    return [{ code, reason: 'gguf-architecture', facts: { base, architecture, known } }];
  if (role !== 'trained') return [];
  const found: Found[] = [];
  const source = original === undefined ? {} : { original };
  if (!facts.hasTemplate && options.template === undefined)
    found.push({ code: 'NO_TEMPLATE', reason: 'gguf-without-template', facts: { base, ...source } });
  if (quantization !== undefined && !isWholeType(quantization)) {
    const named = { ...(title === undefined ? {} : { title }), ...source };
    found.push({
      code: 'QUANTIZED_BASE',
      reason: 'gguf-quantized',
      facts: { base, quantization, ...named },
      level: 'warning',
    });
  }
  return found;
});
