import { checkStrength } from '../auth/password-strength.ts';
import { checkPassword, Passwords } from '../auth/passwords.ts';

/** The bcrypt hash of a password, as in the setting `users`. @throws USER_INVALID */
export async function hashPassword(password: string): Promise<string> {
  checkPassword(password);
  await checkStrength(password, '');
  return await new Passwords().hash(password);
}
