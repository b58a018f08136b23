import { notice } from '../lib/notice.js';
import { money } from '../lib/register.js';

export default notice('mail_obligation_met', 'Confirm that an obligation is met', (s) => ({
  subject: `You have met your obligation for ${s.year}`,
  text: `We have received ${money(s.paid)}. Nothing is open for ${s.year}.`,
}));
