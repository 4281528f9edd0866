import type { PrivateKind } from '../../core/words/row-findings.ts';
import type { Format } from './format.ts';
import type { rowsIn } from './rows-en.ts';

const kinds: Readonly<Record<PrivateKind, string>> = {
  private_key: '私钥',
  token: '访问令牌',
  jwt: '签名令牌（JWT）',
  address_with_password: '带密码的地址',
  password: '密码或密钥',
  email: '电子邮箱',
  phone: '手机号',
  phone_international: '电话号码',
  chinese_id: '身份证号',
  us_ssn: '美国社会安全号',
  card: '银行卡号',
  iban: 'IBAN 账号',
};
const roles: Readonly<Record<string, string>> = { system: '系统', user: '用户', assistant: '助手', tool: '工具' };

export const rowsInChinese = ({ number }: Format): ReturnType<typeof rowsIn> => ({
  languages: '语言',
  language: (code, rows) => `${code} ${number(rows)} 行`,
  between: '，',
  lengths: '每行 token 数',
  lengthsOf: (median, longest, estimated) =>
    `中位数 ${number(median)}，最多 ${number(longest)}${estimated ? '（估计值）' : ''}`,
  learned: '参与学习的 token',
  share: (part) => `${number(Math.round(100 * part))}%`,
  leaks: (rows) => `${number(rows)} 行与考题相同或相近，已去除`,
  sameAnswers: (rows) => `${number(rows)} 行的回答与考题的参考答案相同或相近`,
  near_duplicate: (rows) => `${number(rows)} 行与前面的行几乎重复`,
  secret: (rows) => `${number(rows)} 行含有密钥或密码`,
  personal: (rows) => `${number(rows)} 行含有个人信息`,
  special_token: (rows) => `${number(rows)} 行的正文里写有特殊 token`,
  like: (row, other, similarity) => `${row}：与 ${other} 相近，相似度 ${similarity}`,
  holds: (row, role, what, issuer) =>
    `${row}：${roles[role] ?? role}的消息里有${issuer ? ` ${issuer} 的` : ''}${(kinds as Readonly<Record<string, string>>)[what] ?? what}`,
  spells: (row, role, token) => `${row}：${roles[role] ?? role}的消息里有 ${token}`,
});
