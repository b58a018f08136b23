import { defineChain } from 'daychain';

// Every 30 minutes of business hours, the last at 17:00 (O-98).
export default defineChain({
  schedule: { businessHours: { days: 'weekdays', from: '09:00', to: '17:00', every: '30 minutes' } },
  tasks: { task_frequent_business: [] },
});
