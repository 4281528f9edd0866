/**
 * Every key that temper knows of a row and of a message. The Python reader and docs/rows.md are generated from this table.
 * A key is looked up in lower case, with `_` in place of blanks and hyphens.
 */

/** The parts of a row, and the names under which people keep them. */
export const rowNames = {
  conversation: ['messages', 'conversations', 'conversation'],
  instruction: ['instruction'],
  prompt: ['prompt', 'question', 'query'],
  input: ['input', 'context'],
  answer: ['completion', 'output', 'response', 'answer'],
  system: ['system', 'system_prompt'],
  history: ['history'],
  reference: ['reference'],
  tools: ['tools'],
} as const;

/** What only an exam reads of a row: by what else an answer is scored. */
export const examNames = { pattern: ['pattern'], schema: ['schema'] } as const;

/** The parts of a message. */
export const messageNames = {
  role: ['role', 'from'],
  content: ['content', 'value'],
  calls: ['tool_calls'],
  call_id: ['tool_call_id'],
} as const;

/** Roles of messages, with those of ShareGPT, OASST and Gemini files. Unmapped, a chat template drops such turns without a word. */
export const roles = {
  system: 'system',
  user: 'user',
  human: 'user',
  prompter: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  model: 'assistant',
  bot: 'assistant',
  ai: 'assistant',
  chatbot: 'assistant',
  tool: 'tool',
  function: 'tool',
  function_response: 'tool',
  tool_response: 'tool',
  observation: 'tool',
  ipython: 'tool',
  function_call: 'call',
  tool_call: 'call',
} as const;

/** Roles that are refused, with the reason. */
export const refusedRoles = {
  tools: 'lists tools; they belong in the key `tools` of the row',
  developer: 'has another meaning in each template; write `system`',
  thought: 'is reasoning, which temper does not train on apart from the answer',
  reasoning: 'is reasoning, which temper does not train on apart from the answer',
} as const;

/**
 * Keys that change what a row or a message means. `does`: `present`, any content refuses the row; `keep`, true keeps and
 * false leaves out; `drop`, the reverse. A row that is left out counts as a bad row; a message is seen but not learned.
 */
export const rowRules = {
  rating: {
    does: 'keep',
    reason: 'marks the answer as bad',
    names:
      `label kto_tag kto_label desirable is_desirable good is_good thumbs_up accepted is_accepted approved is_approved
      correct is_correct valid is_valid keep is_positive`
        .trim()
        .split(/\s+/),
  },
  learn: {
    does: 'keep',
    reason: 'says that this is not to be learned',
    names: [
      'weight',
      'train',
      'training',
      'trainable',
      'learn',
      'loss',
      'loss_weight',
      'loss_scale',
      'loss_mask',
      'sample_weight',
      'compute_loss',
    ],
  },
  leave_out: {
    does: 'drop',
    reason: 'says that this is not to be learned',
    names:
      `mask masked ignore skip exclude excluded deleted is_deleted removed hidden bad is_bad invalid is_rejected spam
      is_spam`
        .trim()
        .split(/\s+/),
  },
  prompt_loss: {
    does: 'drop',
    reason: 'asks to learn the prompt too; temper learns answers alone',
    names: ['train_on_input', 'train_on_inputs', 'train_on_prompt'],
  },
  spans: {
    does: 'present',
    reason: 'chooses parts of a message to learn; temper learns whole answers',
    names: ['train_detail', 'training_detail', 'segments'],
  },
  preference: {
    does: 'present',
    reason: 'belongs to preference data; temper learns from single answers',
    names: [
      'chosen',
      'rejected',
      'rejected_response',
      'rejected_responses',
      'rejected_answer',
      'rejected_output',
      'rejected_messages',
      'response_rejected',
      'chosen_response',
      'response_chosen',
      'response_a',
      'response_b',
      'response_j',
      'response_k',
      'preference',
      'preferred_output',
      'non_preferred_output',
      'preferred',
    ],
  },
  tools: {
    does: 'present',
    reason:
      'is about tools and stands where temper does not read it; tools are the key `tools` of a row, calls `tool_calls` of a message',
    names: [
      'tools',
      'tool',
      'functions',
      'function',
      'available_tools',
      'apis',
      'tool_calls',
      'tool_call',
      'tool_call_id',
      'function_call',
      'function_calls',
      'tool_responses',
    ],
  },
  media: {
    does: 'present',
    reason: 'is an image, a sound or a film; temper trains on text',
    names: [
      'image',
      'images',
      'image_path',
      'image_paths',
      'image_url',
      'image_urls',
      'image_file',
      'img',
      'pixel_values',
      'video',
      'videos',
      'video_path',
      'audio',
      'audios',
      'audio_path',
      'speech',
      'objects',
      'attachments',
    ],
  },
  reasoning: {
    does: 'present',
    reason: 'is reasoning apart from the answer; write it into the answer as the model does, or leave it out',
    names: [
      'reasoning',
      'reasoning_content',
      'reasoning_text',
      'thinking',
      'thought',
      'thoughts',
      'think',
      'cot',
      'complex_cot',
      'chain_of_thought',
      'rationale',
      'thinking_trajectories',
      'thinking_trajectory',
    ],
  },
  question_text: {
    does: 'present',
    reason: 'may belong to the question; put it into `input`',
    names: [
      'choices',
      'options',
      'passage',
      'paragraph',
      'document',
      'documents',
      'article',
      'background',
      'evidence',
      'facts',
      'hint',
      'hints',
      'knowledge',
      'schema',
      'constraints',
      'examples',
      'few_shot',
      'demonstrations',
    ],
  },
} as const;

/** Keys that describe a row and are no part of what it says. */
export const harmlessKeys = {
  names: `
    id uid uuid guid idx index no nr number key row_id row_idx __index_level_0__ level_0 unnamed:_0
    source sources dataset origin corpus subset split file filename file_name path url urls link
    score scores rating ratings quality helpfulness correctness coherence complexity verbosity safety toxicity toxic
    perplexity ppl confidence votes likes rank reward
    date time datetime timestamp timestamps year created updated created_at updated_at
    lang language languages locale country category categories subcategory topic topics tag tags domain subject field
    genre kind type types task task_type task_name difficulty level grade intent cluster embedding
    model models model_name generator engine provider author authors annotator worker user_id license licence copyright
    hash md5 sha1 sha256 checksum version revision tokens token_count num_tokens n_tokens length len num_turns n_turns
    turn turns_count word_count char_count title name views meta metadata info extra comment comments note notes
    status state redacted hashed_ip header openai_moderation detoxify_moderation moderation
    temperature top_p max_tokens finish_reason stop_reason usage cache_control annotations refusal
    skip_prompt_formatting prompt_id message_id parent_id conversation_id used_in_training
  `
    .trim()
    .split(/\s+/),
  beginnings: ['num_', 'n_', 'score_', 'rating_', 'meta_', 'orig_id'],
  ends: [
    '_id',
    '_ids',
    '_idx',
    '_index',
    '_url',
    '_urls',
    '_score',
    '_scores',
    '_rating',
    '_count',
    '_hash',
    '_date',
    '_time',
    '_at',
    '_lang',
    '_language',
    '_source',
    '_type',
    '_model',
    '_tokens',
    '_length',
    '_len',
    '_name',
    '_version',
    '_license',
    '_tag',
    '_tags',
    '_category',
  ],
} as const;

/** Words with which people judge a row against. A harmless key with one of them is told, such as `quality: bad`. */
export const disapproval =
  'bad wrong incorrect false rejected reject invalid discard discarded delete deleted remove removed spam flagged'.split(
    ' ',
  );

/** Names of other tools and languages for a part of a row. They are refused with the name that temper reads. */
export const nearNames = {
  conversation:
    'contents chat chats dialog dialogs dialogue dialogues turns message msgs conv convs 对话 消息 会話 대화',
  prompt: `prompts inputs input_text user human q ask problem questions user_prompt user_input user_message source_text
    問題 问题 提问 问 用户 質問 질문 frage pregunta pergunta domanda вопрос soru سؤال`,
  instruction: 'instructions instruct 指令 指示 지시 anweisung instrucción instrução istruzione инструкция',
  input: '输入 上下文 入力 입력 eingabe entrada entrée ввод',
  answer: `outputs output_text answers responses completions reply target targets target_text assistant gpt bot a ai solution
    model_response model_output model_answer assistant_response expected expected_output ideal gold ground_truth references
    输出 回答 答案 答 回复 助手 出力 解答 출력 답변 대답 antwort ausgabe respuesta salida réponse sortie resposta saída
    risposta ответ вывод cevap جواب`,
  system: 'sys system_message system_instruction system_instructions systemprompt 系统 系统提示 システム 시스템',
  history: 'chat_history dialog_history conversation_history past_turns 历史 历史对话 履歴',
} as const;

export const nearMessageNames = {
  role: 'speaker author sender type who 角色',
  content: 'text parts message utterance msg body 内容',
} as const;
