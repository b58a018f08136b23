import { notice } from '../lib/notice.js';

export default notice('mail_report_received', 'Confirm that a report has arrived', (s) => ({
  subject: `Your emissions report for ${s.year} has arrived`,
  text: `We have received your report for ${s.year}: ${s.emissions.toLocaleString('en-CA')} tonnes, against an allowance of ${s.allowance.toLocaleString('en-CA')}.`,
}));
