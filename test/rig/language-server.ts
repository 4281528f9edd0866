import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const program = createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server');

/** A place in a document, as editors count: from 0. */
export interface Position {
  line: number;
  character: number;
}

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
}

/** The server that editors start for YAML files, spoken to as they do: JSON-RPC over its stdin and stdout. */
export class LanguageServer {
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #diagnostics = new Map<string, (found: Diagnostic[]) => void>();
  #received = Buffer.alloc(0);
  #count = 0;

  private constructor() {
    this.#child = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout!.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  static async start(folder: string): Promise<LanguageServer> {
    const server = new LanguageServer();
    const completionItem = { documentationFormat: ['markdown'], snippetSupport: true };
    const rootUri = pathToFileURL(folder).href;
    const capabilities = { textDocument: { completion: { completionItem }, hover: {}, publishDiagnostics: {} } };
    await server.ask('initialize', { processId: process.pid, rootUri, capabilities, workspaceFolders: null });
    server.#send({ method: 'initialized', params: {} });
    // Without a catalogue of schemas from the network: the document names its own.
    const settings = { yaml: { schemaStore: { enable: false }, validate: true, completion: true, hover: true } };
    server.#send({ method: 'workspace/didChangeConfiguration', params: { settings } });
    return server;
  }

  /** Opens a document, and waits until the server has checked it. */
  async open(path: string, text: string): Promise<Diagnostic[]> {
    const uri = pathToFileURL(path).href;
    const checked = new Promise<Diagnostic[]>((resolve) => this.#diagnostics.set(uri, resolve));
    const textDocument = { uri, languageId: 'yaml', version: 1, text };
    this.#send({ method: 'textDocument/didOpen', params: { textDocument } });
    return await checked;
  }

  async ask(method: string, params: unknown): Promise<unknown> {
    this.#count += 1;
    const id = this.#count;
    const answered = new Promise<Message>((resolve) => this.#answers.set(id, resolve));
    this.#send({ id, method, params });
    const { result, error } = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    await this.ask('shutdown', null);
    this.#send({ method: 'exit' });
    await ended;
  }

  #send(message: Message): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.#child.stdin!.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#child.stdin!.write(body);
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const start = this.#received.indexOf('\r\n\r\n') + 4;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, start))?.[1]);
      if (start < 4 || this.#received.length < start + length) return;
      const message = JSON.parse(this.#received.toString('utf8', start, start + length)) as Message;
      this.#received = this.#received.subarray(start + length);
      this.#take(message);
    }
  }

  #take({ id, method, params, ...rest }: Message): void {
    if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { uri: string; diagnostics: Diagnostic[] };
      this.#diagnostics.get(uri)?.(diagnostics);
    } else if (method !== undefined && id !== undefined) {
      // Settings are asked for section by section; every other request is answered with nothing.
      const items = (params as { items?: unknown[] } | undefined)?.items ?? [];
      this.#send({ id, result: method === 'workspace/configuration' ? items.map(settingsOf) : null });
    } else if (id !== undefined) {
      this.#answers.get(id)?.(rest);
      this.#answers.delete(id);
    }
  }
}

const settingsOf = (item: unknown) =>
  (item as { section?: string }).section === 'yaml'
    ? { schemaStore: { enable: false }, validate: true, completion: true, hover: true }
    : null;

export interface Diagnostic {
  range: { start: Position };
  message: string;
}
