import { notice } from '../lib/notice.js';
import { day, money } from '../lib/register.js';

export default notice('mail_penalty_accruing', 'Tell an operator that a penalty accrues', (s) => ({
  subject: `A penalty accrues on what you owe for ${s.year}`,
  text: `From today on, interest is added daily to the ${money(s.fee - s.paid)} that was due on ${day(s.due_on)}.`,
}));
