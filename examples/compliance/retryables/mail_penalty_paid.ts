import { notice } from '../lib/notice.js';

export default notice('mail_penalty_paid', 'Confirm that a penalty is paid', (s) => ({
  subject: `Your penalty for ${s.year} is paid`,
  text: `We have received your payment of the penalty for ${s.year}. Thank you.`,
}));
