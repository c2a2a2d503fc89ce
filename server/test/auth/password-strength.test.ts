import { expect, it } from 'vitest';
import { checkStrength } from '../../src/auth/password-strength.ts';

const TOO_EASY = expect.objectContaining({ code: 'USER_INVALID', field: 'password' });

it('refuses what is guessed first, and takes several unrelated words', async () => {
  for (const password of ['password1234', 'aaaaaaaaaaaa', 'qwertyuiop12', 'seismoseismo'])
    await expect(checkStrength(password, 'ann'), password).rejects.toEqual(TOO_EASY);
  await checkStrength('lamp gravel otter nine', 'ann');
});

it('refuses the name of the user, and takes it from another', async () => {
  const name = 'magdalena-oberholzer';
  await expect(checkStrength(`${name}1`, name)).rejects.toEqual(TOO_EASY);
  await checkStrength(`${name}1`, 'ann');
});

it('works aside: others have their turns meanwhile', async () => {
  await checkStrength('lamp gravel otter nine', 'ann');
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  // Every character may stand for several letters: one of the slowest of 72 bytes.
  await checkStrength('4@8({[<3€69!1|0$5+7%2'.repeat(3).slice(0, 60), 'ann').catch(() => {});
  isOver = true;
  // On the event loop there is no turn between the question and its answer.
  expect(turns).toBeGreaterThan(10);
});

it('several at once have each their own answer', async () => {
  const answers = ['password1234', 'lamp gravel otter nine', 'aaaaaaaaaaaa', 'tulip harbour quartz 52'].map(
    (password) =>
      checkStrength(password, 'ann').then(
        () => 'taken',
        ({ code }: { code: string }) => code,
      ),
  );
  expect(await Promise.all(answers)).toEqual(['USER_INVALID', 'taken', 'USER_INVALID', 'taken']);
});
