import { notice } from '../lib/notice.js';
import { day, money } from '../lib/register.js';

export default notice('mail_penalty_accruing', 'Tell an operator that a penalty accrues', (s) => ({
  subject: `A penalty accrues on what you owe for ${s.year}`,
  text: `For every day after ${day(s.due_on)}, interest accrues on what is still open: ${money(s.fee - s.paid)} by now. It is invoiced once you have paid it all.`,
}));
