import { open } from 'node:fs/promises';

/** What the log of an Ollama says of how fast it answers. */
export interface OllamaSpeed {
  /** Tokens per second of its last answers, the middle one. Depends on the model. */
  answering?: { tokensPerSecond: number; answers: number };
  /** Whether its runner was compiled for a processor's vector instructions; undefined where the log does not tell. */
  vectors?: boolean;
}

/** Shorter answers say more of their start than of the speed. */
const minTokens = 8;
const answersCounted = 20;
/** Enough for the last hundreds of answers. */
const tailBytes = 1 << 20;

/** Reads it in the words of Ollama's own runner (until 0.30 or so) and of llama.cpp's server. */
export function speedIn(log: string): OllamaSpeed {
  const answers = [
    ...log.matchAll(/(?<!prompt )\beval time =\s*[\d.]+ ms \/\s*(\d+) tokens \(.*?([\d.]+) tokens per second\)/g),
  ]
    .filter(([, tokens]) => Number(tokens) >= minTokens)
    .slice(-answersCounted)
    .map(([, , speed]) => Number(speed))
    .sort((a, b) => a - b);
  const runners = log.split('\n').filter((line) => line.includes('system_info: ') || line.includes(' msg=system '));
  const last = runners.at(-1);
  return {
    ...(answers.length > 0
      ? { answering: { tokensPerSecond: answers[Math.floor(answers.length / 2)]!, answers: answers.length } }
      : {}),
    ...(last === undefined ? {} : { vectors: /\b(?:AVX2?|NEON) ?= ?1\b/.test(last) }),
  };
}

export async function readSpeed(logFile: string): Promise<OllamaSpeed> {
  const file = await open(logFile).catch(() => undefined);
  if (!file) return {};
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(Math.min(size, tailBytes)),
      position: Math.max(0, size - tailBytes),
    });
    return speedIn(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await file.close();
  }
}
