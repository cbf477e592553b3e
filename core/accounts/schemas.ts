/** The JSON of people: what is sent, and what is answered. */
import { Type } from '#plugin-api';

export const Time = Type.String({ format: 'date-time' });
export const Email = Type.String({ format: 'email', maxLength: 254 });
/** Long enough for any pass phrase; short enough to be hashed at no special cost. */
export const NewPassword = Type.String({ minLength: 8, maxLength: 200 });
export const Password = Type.String({ maxLength: 200 });
export const Token = Type.String({ minLength: 1, maxLength: 200 });
export const Id = Type.String({ maxLength: 64 });
export const Name = Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });
export const RoleName = Type.Enum(['owner', 'admin', 'creator', 'viewer']);

export const ProfileBody = Type.Object({
  organization_id: Type.String({ description: 'The organization that the caller acts in.' }),
  user: Type.Object({ id: Type.String(), email: Type.String(), name: Type.String() }),
  organizations: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), role: RoleName })),
});
export const GrantBody = Type.Object({
  access_token: Type.String(),
  refresh_token: Type.String({ description: 'Works once; each refresh answers the next one.' }),
  expires_in: Type.Integer({ description: 'Seconds that the access token lives.' }),
  ...ProfileBody.properties,
});
/** With a cookie there is nothing in the answer that a script could take away. */
export const SignedInBody = Type.Union([GrantBody, ProfileBody]);

export const Session = Type.Optional(
  Type.Enum(['tokens', 'cookie'], {
    default: 'tokens',
    description:
      'How the caller goes on: with tokens in the answer, or with a cookie, which is for browsers and keeps out scripts.',
  }),
);

export const OrganizationId = Type.Object({ id: Id });
export const OrganizationBody = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Type.Enum(['owner', 'admin', 'creator', 'viewer'], { description: "The caller's." }),
  created_at: Time,
});

export const MemberId = Type.Object({ id: Id, user_id: Id });
export const MemberBody = Type.Object({
  user_id: Type.String(),
  email: Type.Union([Type.String(), Type.Null()], { description: 'Viewers are told only their own.' }),
  name: Type.String(),
  role: RoleName,
  created_at: Type.String({ format: 'date-time', description: 'Since when they are a member.' }),
});

export const InvitationId = Type.Object({ id: Id, invitation_id: Id });
export const InvitationBody = Type.Object({
  id: Type.String(),
  email: Type.String(),
  role: RoleName,
  invited_by: Type.Union([Type.String(), Type.Null()], { description: "A person's id; null where they are gone." }),
  expires_at: Time,
  created_at: Time,
});
export const NewInvitation = Type.Object({
  email: Email,
  role: RoleName,
  expires_in: Type.Integer({ minimum: 60, maximum: 2_592_000, default: 604_800, description: 'Seconds.' }),
});
export const CreatedInvitationBody = Type.Object({
  ...InvitationBody.properties,
  url: Type.String({ description: 'The link for who is invited. Shown only here.' }),
});
export const OpenInvitationBody = Type.Object({
  organization: Type.Object({ id: Type.String(), name: Type.String() }),
  email: Type.String(),
  role: RoleName,
  expires_at: Time,
  has_account: Type.Boolean({ description: 'Whether it is for an account that exists: its password is asked for.' }),
});
