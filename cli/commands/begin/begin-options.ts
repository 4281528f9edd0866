export interface BeginOptions {
  base?: string;
  name?: string;
  from?: string;
  yes?: boolean;
  force?: boolean;
  json?: boolean;
}
