/** What the bot must be allowed to do in a channel, to post a poem there. */

export const POST_PERMISSIONS = ['view', 'send', 'embed'] as const;
export type PostPermission = (typeof POST_PERMISSIONS)[number];
