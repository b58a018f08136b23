import { notice } from '../lib/notice.js';
import { day, money } from '../lib/register.js';

export default notice('mail_obligation_overdue', 'Tell an operator that it is overdue', (s) => ({
  subject: `Overdue: ${money(s.fee - s.paid)} for ${s.year}`,
  text: `${money(s.fee - s.paid)} was due on ${day(s.due_on)} and has not been paid.`,
}));
