/** The token with which the dashboard itself plays what is protected. */

/** For a day, and no link for viewers. */
export const OWN_TOKEN = { expires_in: 86_400, viewer_id: 'dashboard' };
