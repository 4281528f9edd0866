import { folderProblemWords } from '../../core/words/folder-problems.ts';
import { explainFileError } from '../machine/files/explain-file-error.ts';
import { folderProblems } from '../machine/files/folder-check.ts';
import type { Home } from '../machine/home.ts';
import type { MachineCheck } from './check.ts';

const name = 'file systems';

/** Whether the home and the cache lie where temper can work. */
export async function folders(home: Home): Promise<MachineCheck[]> {
  try {
    const problems = await folderProblems(home);
    if (problems.length === 0) return [{ name, ok: true, detail: 'of the home and the cache have what temper needs' }];
    return problems.map((problem) => {
      const { message, remedy } = folderProblemWords(problem);
      return { name, ok: false, detail: message, remedy };
    });
  } catch (error) {
    const told = explainFileError(error);
    if (!told) throw error;
    return [{ name, ok: false, detail: told.message, remedy: told.remedy }];
  }
}
