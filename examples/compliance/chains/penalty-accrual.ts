import { defineChain } from 'daychain';

export default defineChain({
  summary: 'Notice that a penalty accrues, on what is overdue after the night’s payments',
  schedule: { yearly: { month: 12, day: 1, at: '04:00' } },
  tasks: {
    // As in obligation-reminder: nobody who has paid by now is told so.
    take_in_reports: [],
    refresh_interest_rates: [],
    run_scheduled_compliance_sync: ['refresh_interest_rates', 'take_in_reports'],
    send_notice_for_penalty_accrual_for_current_period: ['run_scheduled_compliance_sync'],
  },
});
