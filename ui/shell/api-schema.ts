/** The API as the running server documents it. Made by `scripts/reference.ts`. */
export interface paths {
    "/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The API keys of the organization, newest first, without the secrets. */
        get: operations["getApiKeys"];
        put?: never;
        /** Makes an API key, which is shown only in this answer. */
        post: operations["postApiKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes an API key: from then on it opens nothing. */
        delete: operations["deleteApiKeysId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/assets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Recordings, uploads and clips of the organization, newest first. */
        get: operations["getAssets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/assets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One asset. */
        get: operations["getAssetsId"];
        put?: never;
        post?: never;
        /** Deletes an asset, with all bytes that no other asset or session shares. */
        delete: operations["deleteAssetsId"];
        options?: never;
        head?: never;
        /** Changes the title of an asset, or who may watch it. */
        patch: operations["patchAssetsId"];
        trace?: never;
    };
    "/v1/assets/{id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An asset, or one of its files, as an MP4. While it is being made: 202, to be asked for again. */
        get: operations["getAssetsIdDownload"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/assets/{id}/playback-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The playback tokens of an asset that have not expired, newest first, without the tokens. */
        get: operations["getAssetsIdPlaybackTokens"];
        put?: never;
        /** Makes a token that plays a protected asset until it expires or is revoked. It is shown only in this answer. */
        post: operations["postAssetsIdPlaybackTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/accept-invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the person a member, and logs them in. For an account that exists, its password or its login; for a new one, a name and a password. */
        post: operations["postAuthAcceptInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What the link of an invitation is to. Uses nothing up. */
        post: operations["postAuthInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Logs in with e-mail address and password. */
        post: operations["postAuthLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the login that the refresh token came from, and the session of the cookie. */
        post: operations["postAuthLogout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/logout-everywhere": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends every login of the caller, this one included. */
        post: operations["postAuthLogoutEverywhere"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/organization": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Goes over to another organization of the caller, with the session of the cookie. */
        post: operations["postAuthOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a refresh token for a new access token and the next refresh token, also in another organization. */
        post: operations["postAuthRefresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the first owner, by the link that the first start prints. */
        post: operations["postAuthSetup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clips": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cuts a clip: from a session or an asset between two seconds, or the last seconds of a stream that is live. */
        post: operations["postClips"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened in the organization, oldest first. */
        get: operations["getEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as it happens, as server-sent events, which browsers read with EventSource. */
        get: operations["getEventsStream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A token that opens the stream of events from a page of another origin, where EventSource can send no header. */
        post: operations["postEventsToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's jobs, newest first. */
        get: operations["getJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a job is. */
        get: operations["getJobsId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancels a job that waits or runs; one that has ended stays as it is. */
        post: operations["postJobsIdCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a job said, oldest line first. */
        get: operations["getJobsIdLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a job that failed or was cancelled another try, which goes on where the last one got to. */
        post: operations["postJobsIdRetry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A job as server-sent events, which browsers read with EventSource: again at each change, until it has ended. */
        get: operations["getJobsIdStream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who the token stands for. */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes the caller's own name. */
        patch: operations["patchMe"];
        trace?: never;
    };
    "/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes the password. Every login of the caller ends; the answer begins a new one. */
        post: operations["postMePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organizations of the caller, newest first. */
        get: operations["getOrganizations"];
        put?: never;
        /** Makes an organization, of which the caller is the owner. */
        post: operations["postOrganizations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organizations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One organization. */
        get: operations["getOrganizationsId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Renames an organization. Its admins and owners may. */
        patch: operations["patchOrganizationsId"];
        trace?: never;
    };
    "/v1/organizations/{id}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The open invitations of an organization, newest first, without their links. Admins and owners may. */
        get: operations["getOrganizationsIdInvitations"];
        put?: never;
        /** Invites a person by a link, in the place of an older invitation to the same address. Admins and owners may. */
        post: operations["postOrganizationsIdInvitations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organizations/{id}/invitations/{invitation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes an invitation back. Admins and owners may. */
        delete: operations["deleteOrganizationsIdInvitationsInvitationId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organizations/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The members of an organization. */
        get: operations["getOrganizationsIdMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organizations/{id}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Lets the caller leave, or removes another member: admins and owners may; owners, only owners. */
        delete: operations["deleteOrganizationsIdMembersUserId"];
        options?: never;
        head?: never;
        /** Changes the role of a member. Admins and owners may; what concerns owners, only owners. */
        patch: operations["patchOrganizationsIdMembersUserId"];
        trace?: never;
    };
    "/v1/playback-tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes a playback token: within 5 s it plays nothing any more. */
        delete: operations["deletePlaybackTokensId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plugins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The plugins that are on, in the order of their set-up. */
        get: operations["getPlugins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One session. */
        get: operations["getSessionsId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened in the session, in order. */
        get: operations["getSessionsIdEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/storage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the organization keeps, for how long, and how much room there is. */
        get: operations["getStorage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Says how long the recordings of all streams of the organization are kept. */
        patch: operations["patchStorage"];
        trace?: never;
    };
    "/v1/streams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The streams of the organization, newest first. */
        get: operations["getStreams"];
        put?: never;
        /** Makes a stream. Its key is shown only in this answer. */
        post: operations["postStreams"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/streams/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One stream. */
        get: operations["getStreamsId"];
        put?: never;
        post?: never;
        /** Deletes a stream with its keys and sessions, and drops its publisher. */
        delete: operations["deleteStreamsId"];
        options?: never;
        head?: never;
        /** Changes a stream. Latency and windows count from its next session. */
        patch: operations["patchStreamsId"];
        trace?: never;
    };
    "/v1/streams/{id}/disconnect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Drops the publisher and ends the session at once. */
        post: operations["postStreamsIdDisconnect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/streams/{id}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The health of what the stream sends now: a status, and for each trouble its reason and fix. */
        get: operations["getStreamsIdHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/streams/{id}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys of a stream, oldest first, without the secrets. */
        get: operations["getStreamsIdKeys"];
        put?: never;
        /** Makes a further key, or with `overlap` one in place of the others. */
        post: operations["postStreamsIdKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/streams/{id}/keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes a key, and drops who publishes with it. */
        delete: operations["deleteStreamsIdKeysKeyId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/streams/{id}/playback-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The playback tokens of a stream that have not expired, newest first, without the tokens. */
        get: operations["getStreamsIdPlaybackTokens"];
        put?: never;
        /** Makes a token that plays a protected stream until it expires or is revoked. It is shown only in this answer. */
        post: operations["postStreamsIdPlaybackTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/streams/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sessions of the stream, newest first. */
        get: operations["getStreamsIdSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins a resumable upload (tus 1.0, creation); its Location is where the bytes go. */
        post: operations["postUploads"];
        delete?: never;
        /** What of tus is spoken here. */
        options: operations["optionsUploads"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What has become of an upload. */
        get: operations["getUploadsId"];
        put?: never;
        post?: never;
        /** Gives an unfinished upload up (tus 1.0, termination). */
        delete: operations["deleteUploadsId"];
        options?: never;
        /** How much of an upload is there (tus 1.0). */
        head: operations["headUploadsId"];
        /** Sends the next bytes of an upload (tus 1.0). */
        patch: operations["patchUploadsId"];
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            /** @description Stable: compare this one. */
            code: string;
            /** @description What is wrong this time. */
            detail: string;
            errors?: {
                detail: string;
                /** @description JSON pointer (RFC 6901), as `/body/title`. */
                pointer: string;
            }[];
            /** @description What to do about it. */
            fix: string;
            /** @description To be found in the log of the server. */
            request_id: string;
            status: number;
            title: string;
            /**
             * Format: uri-reference
             * @description A page about this kind of error.
             */
            type: string;
        };
    };
    responses: {
        /** @description Nobody is known by what was sent. */
        401: {
            headers: {
                "WWW-Authenticate": components["headers"]["WwwAuthenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The role or the scope does not allow it. */
        403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such thing, or it is of another organization. */
        404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `If-Match` names another version than the present one. */
        412: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is larger than 1 MiB. */
        413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is not JSON. */
        415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Something is not as it should be; `errors` names each place by a JSON pointer. */
        422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too often. */
        429: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description An error, as RFC 9457 has it. */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description Any text that names this request: a repeat with it within 24 hours answers what the first one did, and makes nothing. */
        IdempotencyKey: string;
        /** @description The ETag of what was read: where the thing was changed since, the answer is 412 and nothing is done. */
        IfMatch: string;
        /** @description The ETag of what was read: where the answer would be the same, it is 304 without a body. */
        IfNoneMatch: string;
    };
    requestBodies: never;
    headers: {
        /** @description Names what was answered, for `If-Match` and `If-None-Match`. */
        ETag: string;
        /** @description `true` where the answer is that of an earlier request. */
        IdempotentReplayed: string;
        /** @description What remains of each limit (draft-ietf-httpapi-ratelimit-headers): `"<name>";r=<tries>;t=<seconds>`. */
        RateLimit: string;
        /** @description The limits: `"<name>";q=<tries>;w=<seconds>`. */
        RateLimitPolicy: string;
        /** @description Seconds. */
        RetryAfter: number;
        WwwAuthenticate: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getApiKeys: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Members of a page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            created_by: string | null;
                            expires_at: string | null;
                            id: string;
                            last_used_at: string | null;
                            name: string;
                            /**
                             * @description What it may do: look; also what a publisher needs, such as stream keys and playback tokens; or all that a creator may.
                             * @enum {unknown}
                             */
                            scope: "read" | "publish" | "manage";
                            stream_id: string | null;
                        }[];
                        /** @description Null on the last page. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postApiKeys: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text that names this request: a repeat with it within 24 hours answers what the first one did, and makes nothing. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    expires_at?: string | null;
                    name: string;
                    /**
                     * @description What it may do: look; also what a publisher needs, such as stream keys and playback tokens; or all that a creator may.
                     * @enum {unknown}
                     */
                    scope: "read" | "publish" | "manage";
                    stream_id?: string | null;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        created_by: string | null;
                        expires_at: string | null;
                        id: string;
                        key: string;
                        last_used_at: string | null;
                        name: string;
                        /**
                         * @description What it may do: look; also what a publisher needs, such as stream keys and playback tokens; or all that a creator may.
                         * @enum {unknown}
                         */
                        scope: "read" | "publish" | "manage";
                        stream_id: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    deleteApiKeysId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getAssets: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                kind?: "recording" | "upload" | "clip";
                /** @description Members of a page. */
                limit?: number;
                status?: "processing" | "ready" | "failed";
                stream_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            /** @description Seconds; null until it is ready. */
                            duration: number | null;
                            /** @description Why it failed. */
                            error: string | null;
                            /** @description Of a recording: one for each configuration of what was sent; downloads are made of them. */
                            files: {
                                /** @description Seconds. */
                                duration: number;
                                number: number;
                                size: number;
                                /** @description Seconds. */
                                start: number;
                            }[];
                            /** @description Where publishers were away, on the timeline of the asset, and for how long. */
                            gaps: {
                                /** @description Seconds. */
                                duration: number;
                                /** @description Seconds. */
                                start: number;
                            }[];
                            id: string;
                            /** @enum {unknown} */
                            kind: "recording" | "upload" | "clip";
                            /** @description Of a protected asset each needs `?token=`, as its pictures do. */
                            playback: {
                                embed_url: string;
                                hls_url: string;
                                watch_url: string;
                            };
                            ready_at: string | null;
                            session_id: string | null;
                            /** @description Bytes of all that it names, those included that other assets share; null until it is ready. */
                            size: number | null;
                            /** @enum {unknown} */
                            status: "processing" | "ready" | "failed";
                            storyboard: {
                                image_url: string;
                                vtt_url: string;
                            } | null;
                            stream_id: string | null;
                            thumbnail_url: string | null;
                            title: string;
                            /** @description The qualities and sounds that viewers are offered. */
                            tracks: {
                                channels: number | null;
                                /** @description RFC 6381. */
                                codec: string;
                                frame_rate: number | null;
                                height: number | null;
                                /** @enum {unknown} */
                                kind: "video" | "audio";
                                name: string;
                                sample_rate: number | null;
                                width: number | null;
                            }[];
                            /** Format: date-time */
                            updated_at: string;
                            /** @enum {unknown} */
                            visibility: "public" | "unlisted" | "protected";
                        }[];
                        /** @description Null on the last page. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getAssetsId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what was read: where the answer would be the same, it is 304 without a body. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        /** @description Seconds; null until it is ready. */
                        duration: number | null;
                        /** @description Why it failed. */
                        error: string | null;
                        /** @description Of a recording: one for each configuration of what was sent; downloads are made of them. */
                        files: {
                            /** @description Seconds. */
                            duration: number;
                            number: number;
                            size: number;
                            /** @description Seconds. */
                            start: number;
                        }[];
                        /** @description Where publishers were away, on the timeline of the asset, and for how long. */
                        gaps: {
                            /** @description Seconds. */
                            duration: number;
                            /** @description Seconds. */
                            start: number;
                        }[];
                        id: string;
                        /** @enum {unknown} */
                        kind: "recording" | "upload" | "clip";
                        /** @description Of a protected asset each needs `?token=`, as its pictures do. */
                        playback: {
                            embed_url: string;
                            hls_url: string;
                            watch_url: string;
                        };
                        ready_at: string | null;
                        session_id: string | null;
                        /** @description Bytes of all that it names, those included that other assets share; null until it is ready. */
                        size: number | null;
                        /** @enum {unknown} */
                        status: "processing" | "ready" | "failed";
                        storyboard: {
                            image_url: string;
                            vtt_url: string;
                        } | null;
                        stream_id: string | null;
                        thumbnail_url: string | null;
                        title: string;
                        /** @description The qualities and sounds that viewers are offered. */
                        tracks: {
                            channels: number | null;
                            /** @description RFC 6381. */
                            codec: string;
                            frame_rate: number | null;
                            height: number | null;
                            /** @enum {unknown} */
                            kind: "video" | "audio";
                            name: string;
                            sample_rate: number | null;
                            width: number | null;
                        }[];
                        /** Format: date-time */
                        updated_at: string;
                        /** @enum {unknown} */
                        visibility: "public" | "unlisted" | "protected";
                    };
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    deleteAssetsId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what was read: where the thing was changed since, the answer is 412 and nothing is done. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    patchAssetsId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what was read: where the thing was changed since, the answer is 412 and nothing is done. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    title?: string;
                    /**
                     * @description Public and unlisted assets play without a token; a protected one only with it.
                     * @enum {unknown}
                     */
                    visibility?: "public" | "unlisted" | "protected";
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        /** @description Seconds; null until it is ready. */
                        duration: number | null;
                        /** @description Why it failed. */
                        error: string | null;
                        /** @description Of a recording: one for each configuration of what was sent; downloads are made of them. */
                        files: {
                            /** @description Seconds. */
                            duration: number;
                            number: number;
                            size: number;
                            /** @description Seconds. */
                            start: number;
                        }[];
                        /** @description Where publishers were away, on the timeline of the asset, and for how long. */
                        gaps: {
                            /** @description Seconds. */
                            duration: number;
                            /** @description Seconds. */
                            start: number;
                        }[];
                        id: string;
                        /** @enum {unknown} */
                        kind: "recording" | "upload" | "clip";
                        /** @description Of a protected asset each needs `?token=`, as its pictures do. */
                        playback: {
                            embed_url: string;
                            hls_url: string;
                            watch_url: string;
                        };
                        ready_at: string | null;
                        session_id: string | null;
                        /** @description Bytes of all that it names, those included that other assets share; null until it is ready. */
                        size: number | null;
                        /** @enum {unknown} */
                        status: "processing" | "ready" | "failed";
                        storyboard: {
                            image_url: string;
                            vtt_url: string;
                        } | null;
                        stream_id: string | null;
                        thumbnail_url: string | null;
                        title: string;
                        /** @description The qualities and sounds that viewers are offered. */
                        tracks: {
                            channels: number | null;
                            /** @description RFC 6381. */
                            codec: string;
                            frame_rate: number | null;
                            height: number | null;
                            /** @enum {unknown} */
                            kind: "video" | "audio";
                            name: string;
                            sample_rate: number | null;
                            width: number | null;
                        }[];
                        /** Format: date-time */
                        updated_at: string;
                        /** @enum {unknown} */
                        visibility: "public" | "unlisted" | "protected";
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getAssetsIdDownload: {
        parameters: {
            query?: {
                /** @description Number of one of its files; the first where absent. */
                file?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        state: "preparing";
                    };
                };
            };
            /** @description Partial Content */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Found */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            /** @description Range Not Satisfiable */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getAssetsIdPlaybackTokens: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Members of a page. */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            expires_at: string;
                            id: string;
                            revoked_at: string | null;
                            viewer_id: string | null;
                        }[];
                        /** @description Null on the last page. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postAssetsIdPlaybackTokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text that names this request: a repeat with it within 24 hours answers what the first one did, and makes nothing. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description Seconds.
                     * @default 3600
                     */
                    expires_in?: number;
                    /** @description The caller's own name for the viewer. Whoever has the token can read it. */
                    viewer_id?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        expires_at: string;
                        id: string;
                        token: string;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postAuthAcceptInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    password?: string;
                    /**
                     * @description How the caller goes on: with tokens in the answer, or with a cookie, which is for browsers and keeps out scripts.
                     * @default tokens
                     * @enum {unknown}
                     */
                    session?: "tokens" | "cookie";
                    token: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        access_token: string;
                        /** @description Seconds that the access token lives. */
                        expires_in: number;
                        /** @description The organization that the caller acts in. */
                        organization_id: string;
                        organizations: {
                            id: string;
                            name: string;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        /** @description Works once; each refresh answers the next one. */
                        refresh_token: string;
                        user: {
                            email: string;
                            id: string;
                            name: string;
                        };
                    } | {
                        /** @description The organization that the caller acts in. */
                        organization_id: string;
                        organizations: {
                            id: string;
                            name: string;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        user: {
                            email: string;
                            id: string;
                            name: string;
                        };
                    };
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postAuthInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    token: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        email: string;
                        /** Format: date-time */
                        expires_at: string;
                        /** @description Whether it is for an account that exists: its password is asked for. */
                        has_account: boolean;
                        organization: {
                            id: string;
                            name: string;
                        };
                        /** @enum {unknown} */
                        role: "owner" | "admin" | "creator" | "viewer";
                    };
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postAuthLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    password: string;
                    /**
                     * @description How the caller goes on: with tokens in the answer, or with a cookie, which is for browsers and keeps out scripts.
                     * @default tokens
                     * @enum {unknown}
                     */
                    session?: "tokens" | "cookie";
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        access_token: string;
                        /** @description Seconds that the access token lives. */
                        expires_in: number;
                        /** @description The organization that the caller acts in. */
                        organization_id: string;
                        organizations: {
                            id: string;
                            name: string;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        /** @description Works once; each refresh answers the next one. */
                        refresh_token: string;
                        user: {
                            email: string;
                            id: string;
                            name: string;
                        };
                    } | {
                        /** @description The organization that the caller acts in. */
                        organization_id: string;
                        organizations: {
                            id: string;
                            name: string;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        user: {
                            email: string;
                            id: string;
                            name: string;
                        };
                    };
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postAuthLogout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    refresh_token?: string;
                };
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postAuthLogoutEverywhere: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postAuthOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    organization_id: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The organization that the caller acts in. */
                        organization_id: string;
                        organizations: {
                            id: string;
                            name: string;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        user: {
                            email: string;
                            id: string;
                            name: string;
                        };
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postAuthRefresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    organization_id?: string;
                    refresh_token: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        access_token: string;
                        /** @description Seconds that the access token lives. */
                        expires_in: number;
                        /** @description The organization that the caller acts in. */
                        organization_id: string;
                        organizations: {
                            id: string;
                            name: string;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        /** @description Works once; each refresh answers the next one. */
                        refresh_token: string;
                        user: {
                            email: string;
                            id: string;
                            name: string;
                        };
                    };
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postAuthSetup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: email */
                    email: string;
                    name: string;
                    password: string;
                    /**
                     * @description How the caller goes on: with tokens in the answer, or with a cookie, which is for browsers and keeps out scripts.
                     * @default tokens
                     * @enum {unknown}
                     */
                    session?: "tokens" | "cookie";
                    token: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        access_token: string;
                        /** @description Seconds that the access token lives. */
                        expires_in: number;
                        /** @description The organization that the caller acts in. */
                        organization_id: string;
                        organizations: {
                            id: string;
                            name: string;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        /** @description Works once; each refresh answers the next one. */
                        refresh_token: string;
                        user: {
                            email: string;
                            id: string;
                            name: string;
                        };
                    } | {
                        /** @description The organization that the caller acts in. */
                        organization_id: string;
                        organizations: {
                            id: string;
                            name: string;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        user: {
                            email: string;
                            id: string;
                            name: string;
                        };
                    };
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postClips: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text that names this request: a repeat with it within 24 hours answers what the first one did, and makes nothing. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    asset_id?: string;
                    /**
                     * Format: date-time
                     * @description With stream_id: where the clip ends, by the clock of the playlist. Absent: the newest picture.
                     */
                    at?: string;
                    /** @description As start. */
                    end?: number;
                    /**
                     * @description true: the first and the last segment are encoded anew, so that no other player shows more. It takes a job; false is ready at once.
                     * @default false
                     */
                    exact?: boolean;
                    /** @description With stream_id: how many seconds. */
                    last?: number;
                    session_id?: string;
                    /** @description With session_id or asset_id: seconds on its timeline. */
                    start?: number;
                    stream_id?: string;
                    title?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        /** @description Seconds; null until it is ready. */
                        duration: number | null;
                        /** @description Why it failed. */
                        error: string | null;
                        /** @description Of a recording: one for each configuration of what was sent; downloads are made of them. */
                        files: {
                            /** @description Seconds. */
                            duration: number;
                            number: number;
                            size: number;
                            /** @description Seconds. */
                            start: number;
                        }[];
                        /** @description Where publishers were away, on the timeline of the asset, and for how long. */
                        gaps: {
                            /** @description Seconds. */
                            duration: number;
                            /** @description Seconds. */
                            start: number;
                        }[];
                        id: string;
                        /** @enum {unknown} */
                        kind: "recording" | "upload" | "clip";
                        /** @description Of a protected asset each needs `?token=`, as its pictures do. */
                        playback: {
                            embed_url: string;
                            hls_url: string;
                            watch_url: string;
                        };
                        ready_at: string | null;
                        session_id: string | null;
                        /** @description Bytes of all that it names, those included that other assets share; null until it is ready. */
                        size: number | null;
                        /** @enum {unknown} */
                        status: "processing" | "ready" | "failed";
                        storyboard: {
                            image_url: string;
                            vtt_url: string;
                        } | null;
                        stream_id: string | null;
                        thumbnail_url: string | null;
                        title: string;
                        /** @description The qualities and sounds that viewers are offered. */
                        tracks: {
                            channels: number | null;
                            /** @description RFC 6381. */
                            codec: string;
                            frame_rate: number | null;
                            height: number | null;
                            /** @enum {unknown} */
                            kind: "video" | "audio";
                            name: string;
                            sample_rate: number | null;
                            width: number | null;
                        }[];
                        /** Format: date-time */
                        updated_at: string;
                        /** @enum {unknown} */
                        visibility: "public" | "unlisted" | "protected";
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getEvents: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Members of a page. */
                limit?: number;
                stream_id?: string;
                type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            data: unknown;
                            id: string;
                            organization_id: string;
                            session_id: string | null;
                            stream_id: string | null;
                            type: string;
                        }[];
                        /** @description Null on the last page. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getEventsStream: {
        parameters: {
            query?: {
                /** @description Id of the last event already seen; what came since is sent first. The header Last-Event-ID says the same and goes before. From now on where neither is sent. */
                after?: string;
                stream_id?: string;
                /** @description From POST /events/token, where no header can be sent. */
                token?: string;
                type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postEventsToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text that names this request: a repeat with it within 24 hours answers what the first one did, and makes nothing. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Seconds in which a connection can be opened with it. */
                        expires_in: number;
                        /** @description For ?token= of /events/stream. */
                        token: string;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getJobs: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Members of a page. */
                limit?: number;
                /** @description Of this name only: `vod.transcode`. */
                name?: string;
                state?: "queued" | "running" | "retrying" | "completed" | "failed" | "cancelled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description The try that runs or ran last; 0 before the first. */
                            attempt: number;
                            /** Format: date-time */
                            created_at: string;
                            /** @description Seconds that the last try took, or has taken so far. */
                            duration: number | null;
                            /** @description What the last try failed with. */
                            error: string | null;
                            finished_at: string | null;
                            id: string;
                            /** @description Tries that it gets; a retry adds one. */
                            max_attempts: number;
                            /** @description `<plugin>.<verb>`; also the name of its queue. */
                            name: string;
                            organization_id: string | null;
                            progress: {
                                bitrate?: number;
                                /** @description Seconds left. */
                                eta?: number;
                                fps?: number;
                                frame?: number;
                                percent: number;
                                speed?: number;
                            } | null;
                            started_at: string | null;
                            state: "queued" | "running" | "retrying" | "completed" | "failed" | "cancelled";
                        }[];
                        /** @description Null on the last page. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getJobsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the job, `job_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The try that runs or ran last; 0 before the first. */
                        attempt: number;
                        /** Format: date-time */
                        created_at: string;
                        /** @description Seconds that the last try took, or has taken so far. */
                        duration: number | null;
                        /** @description What the last try failed with. */
                        error: string | null;
                        finished_at: string | null;
                        id: string;
                        /** @description Tries that it gets; a retry adds one. */
                        max_attempts: number;
                        /** @description `<plugin>.<verb>`; also the name of its queue. */
                        name: string;
                        organization_id: string | null;
                        progress: {
                            bitrate?: number;
                            /** @description Seconds left. */
                            eta?: number;
                            fps?: number;
                            frame?: number;
                            percent: number;
                            speed?: number;
                        } | null;
                        started_at: string | null;
                        state: "queued" | "running" | "retrying" | "completed" | "failed" | "cancelled";
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postJobsIdCancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the job, `job_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The try that runs or ran last; 0 before the first. */
                        attempt: number;
                        /** Format: date-time */
                        created_at: string;
                        /** @description Seconds that the last try took, or has taken so far. */
                        duration: number | null;
                        /** @description What the last try failed with. */
                        error: string | null;
                        finished_at: string | null;
                        id: string;
                        /** @description Tries that it gets; a retry adds one. */
                        max_attempts: number;
                        /** @description `<plugin>.<verb>`; also the name of its queue. */
                        name: string;
                        organization_id: string | null;
                        progress: {
                            bitrate?: number;
                            /** @description Seconds left. */
                            eta?: number;
                            fps?: number;
                            frame?: number;
                            percent: number;
                            speed?: number;
                        } | null;
                        started_at: string | null;
                        state: "queued" | "running" | "retrying" | "completed" | "failed" | "cancelled";
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getJobsIdLog: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Lines to answer; 100 where not given. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id of the job, `job_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            attempt: number;
                            /** Format: date-time */
                            created_at: string;
                            line: string;
                            number: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postJobsIdRetry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the job, `job_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The try that runs or ran last; 0 before the first. */
                        attempt: number;
                        /** Format: date-time */
                        created_at: string;
                        /** @description Seconds that the last try took, or has taken so far. */
                        duration: number | null;
                        /** @description What the last try failed with. */
                        error: string | null;
                        finished_at: string | null;
                        id: string;
                        /** @description Tries that it gets; a retry adds one. */
                        max_attempts: number;
                        /** @description `<plugin>.<verb>`; also the name of its queue. */
                        name: string;
                        organization_id: string | null;
                        progress: {
                            bitrate?: number;
                            /** @description Seconds left. */
                            eta?: number;
                            fps?: number;
                            frame?: number;
                            percent: number;
                            speed?: number;
                        } | null;
                        started_at: string | null;
                        state: "queued" | "running" | "retrying" | "completed" | "failed" | "cancelled";
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getJobsIdStream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the job, `job_…`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The organization that the caller acts in. */
                        organization_id: string;
                        organizations: {
                            id: string;
                            name: string;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        user: {
                            email: string;
                            id: string;
                            name: string;
                        };
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    patchMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    name?: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The organization that the caller acts in. */
                        organization_id: string;
                        organizations: {
                            id: string;
                            name: string;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        user: {
                            email: string;
                            id: string;
                            name: string;
                        };
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postMePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    current_password: string;
                    new_password: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        access_token: string;
                        /** @description Seconds that the access token lives. */
                        expires_in: number;
                        /** @description The organization that the caller acts in. */
                        organization_id: string;
                        organizations: {
                            id: string;
                            name: string;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        /** @description Works once; each refresh answers the next one. */
                        refresh_token: string;
                        user: {
                            email: string;
                            id: string;
                            name: string;
                        };
                    } | {
                        /** @description The organization that the caller acts in. */
                        organization_id: string;
                        organizations: {
                            id: string;
                            name: string;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        user: {
                            email: string;
                            id: string;
                            name: string;
                        };
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getOrganizations: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Members of a page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            id: string;
                            name: string;
                            /**
                             * @description The caller's.
                             * @enum {unknown}
                             */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        /** @description Null on the last page. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postOrganizations: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text that names this request: a repeat with it within 24 hours answers what the first one did, and makes nothing. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        id: string;
                        name: string;
                        /**
                         * @description The caller's.
                         * @enum {unknown}
                         */
                        role: "owner" | "admin" | "creator" | "viewer";
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getOrganizationsId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what was read: where the answer would be the same, it is 304 without a body. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        id: string;
                        name: string;
                        /**
                         * @description The caller's.
                         * @enum {unknown}
                         */
                        role: "owner" | "admin" | "creator" | "viewer";
                    };
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    patchOrganizationsId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what was read: where the thing was changed since, the answer is 412 and nothing is done. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    name?: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        id: string;
                        name: string;
                        /**
                         * @description The caller's.
                         * @enum {unknown}
                         */
                        role: "owner" | "admin" | "creator" | "viewer";
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getOrganizationsIdInvitations: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Members of a page. */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            email: string;
                            /** Format: date-time */
                            expires_at: string;
                            id: string;
                            /** @description A person's id; null where they are gone. */
                            invited_by: string | null;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                        }[];
                        /** @description Null on the last page. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postOrganizationsIdInvitations: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text that names this request: a repeat with it within 24 hours answers what the first one did, and makes nothing. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: email */
                    email: string;
                    /**
                     * @description Seconds.
                     * @default 604800
                     */
                    expires_in?: number;
                    /** @enum {unknown} */
                    role: "owner" | "admin" | "creator" | "viewer";
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        email: string;
                        /** Format: date-time */
                        expires_at: string;
                        id: string;
                        /** @description A person's id; null where they are gone. */
                        invited_by: string | null;
                        /** @enum {unknown} */
                        role: "owner" | "admin" | "creator" | "viewer";
                        /** @description The link for who is invited. Shown only here. */
                        url: string;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    deleteOrganizationsIdInvitationsInvitationId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                invitation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getOrganizationsIdMembers: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Members of a page. */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: date-time
                             * @description Since when they are a member.
                             */
                            created_at: string;
                            /** @description Viewers are told only their own. */
                            email: string | null;
                            name: string;
                            /** @enum {unknown} */
                            role: "owner" | "admin" | "creator" | "viewer";
                            user_id: string;
                        }[];
                        /** @description Null on the last page. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    deleteOrganizationsIdMembersUserId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    patchOrganizationsIdMembersUserId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    role: "owner" | "admin" | "creator" | "viewer";
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: date-time
                         * @description Since when they are a member.
                         */
                        created_at: string;
                        /** @description Viewers are told only their own. */
                        email: string | null;
                        name: string;
                        /** @enum {unknown} */
                        role: "owner" | "admin" | "creator" | "viewer";
                        user_id: string;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    deletePlaybackTokensId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getPlugins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            description: string;
                            name: string;
                            quarantine: {
                                hook: string;
                                reason: string;
                                /** Format: date-time */
                                since: string;
                            } | null;
                        }[];
                        next_cursor: null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getSessionsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Seconds, so far or in all. */
                        duration: number;
                        end_reason: string | null;
                        ended_at: string | null;
                        id: string;
                        /** Format: date-time */
                        started_at: string;
                        /** @enum {unknown} */
                        state: "live" | "reconnecting" | "ended";
                        stream_id: string;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getSessionsIdEvents: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Members of a page. */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            data: unknown;
                            id: string;
                            organization_id: string;
                            session_id: string | null;
                            stream_id: string | null;
                            type: string;
                        }[];
                        /** @description Null on the last page. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getStorage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The data folder's disk. */
                        disk: {
                            free_bytes: number | null;
                            /**
                             * @description Full: only live is taken.
                             * @enum {unknown}
                             */
                            level: "enough" | "low" | "full";
                            /** @description If all goes on as in the last ten minutes; null while nothing is lost. */
                            seconds_to_full: number | null;
                            total_bytes: number | null;
                        };
                        /**
                         * @description Where media are kept.
                         * @enum {unknown}
                         */
                        kind: "disk" | "s3";
                        /** @description How long recordings are kept. Null: for ever. */
                        retention: {
                            /** @description Where all recordings together have more, the oldest are deleted. */
                            bytes: number | null;
                            /** @description Recordings that are older are deleted. */
                            days: number | null;
                        } | null;
                        /** @description What the object store has not confirmed. Null where there is none. */
                        uploads: {
                            /** @description What the store says while it does not work. */
                            error: string | null;
                            oldest: string | null;
                            waiting_bytes: number;
                            waiting_files: number;
                        } | null;
                        /** @description Bytes of the organization's media; what several assets share counts once. */
                        used_bytes: number;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    patchStorage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description How long recordings are kept. Null: for ever. */
                    retention: {
                        /** @description Where all recordings together have more, the oldest are deleted. */
                        bytes: number | null;
                        /** @description Recordings that are older are deleted. */
                        days: number | null;
                    } | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The data folder's disk. */
                        disk: {
                            free_bytes: number | null;
                            /**
                             * @description Full: only live is taken.
                             * @enum {unknown}
                             */
                            level: "enough" | "low" | "full";
                            /** @description If all goes on as in the last ten minutes; null while nothing is lost. */
                            seconds_to_full: number | null;
                            total_bytes: number | null;
                        };
                        /**
                         * @description Where media are kept.
                         * @enum {unknown}
                         */
                        kind: "disk" | "s3";
                        /** @description How long recordings are kept. Null: for ever. */
                        retention: {
                            /** @description Where all recordings together have more, the oldest are deleted. */
                            bytes: number | null;
                            /** @description Recordings that are older are deleted. */
                            days: number | null;
                        } | null;
                        /** @description What the object store has not confirmed. Null where there is none. */
                        uploads: {
                            /** @description What the store says while it does not work. */
                            error: string | null;
                            oldest: string | null;
                            waiting_bytes: number;
                            waiting_files: number;
                        } | null;
                        /** @description Bytes of the organization's media; what several assets share counts once. */
                        used_bytes: number;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getStreams: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Members of a page. */
                limit?: number;
                status?: "offline" | "live" | "reconnecting";
                /** @description A part of the title. */
                title?: string;
                visibility?: "public" | "unlisted" | "protected";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description Origins whose pages may show the stream and its recordings, as browsers write them: https://example.org. Empty for all. Programs that name no origin are not held back. */
                            allowed_origins: string[];
                            /** Format: date-time */
                            created_at: string;
                            /** @description Seconds that viewers of the live stream may go back. */
                            dvr_window: number;
                            id: string;
                            /** @description What to type into an encoder, by ingest. Where the key is not known any more, `{key}` stands for it. */
                            ingest: {
                                [key: string]: {
                                    [key: string]: string;
                                };
                            };
                            /** @enum {unknown} */
                            latency: "standard" | "low";
                            playback: {
                                embed_url: string;
                                hls_url: string;
                                watch_url: string;
                            };
                            /** @description Seconds in which a publisher may return to its session. */
                            reconnect_window: number;
                            record: boolean;
                            /** @description How long recordings of the stream are kept, beside what the organization's retention says. Null: for ever. */
                            retention: {
                                /** @description Where all recordings together have more, the oldest are deleted. */
                                bytes: number | null;
                                /** @description Recordings that are older are deleted. */
                                days: number | null;
                            } | null;
                            /** @enum {unknown} */
                            status: "offline" | "live" | "reconnecting";
                            /** @description The newest picture of what is live; of a protected stream it wants a token. Null while there is none. */
                            thumbnail_url: string | null;
                            title: string;
                            /** Format: date-time */
                            updated_at: string;
                            /**
                             * @description Public and unlisted streams play without a token; a protected one only with it.
                             * @enum {unknown}
                             */
                            visibility: "public" | "unlisted" | "protected";
                        }[];
                        /** @description Null on the last page. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postStreams: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text that names this request: a repeat with it within 24 hours answers what the first one did, and makes nothing. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Origins whose pages may show the stream and its recordings, as browsers write them: https://example.org. Empty for all. Programs that name no origin are not held back.
                     * @default []
                     */
                    allowed_origins?: string[];
                    /**
                     * @description Seconds that viewers of the live stream may go back.
                     * @default 0
                     */
                    dvr_window?: number;
                    /**
                     * @default standard
                     * @enum {unknown}
                     */
                    latency?: "standard" | "low";
                    /**
                     * @description Seconds in which a publisher may return to its session.
                     * @default 60
                     */
                    reconnect_window?: number;
                    /** @default true */
                    record?: boolean;
                    /**
                     * @description How long recordings of the stream are kept, beside what the organization's retention says. Null: for ever.
                     * @default null
                     */
                    retention?: {
                        /** @description Where all recordings together have more, the oldest are deleted. */
                        bytes: number | null;
                        /** @description Recordings that are older are deleted. */
                        days: number | null;
                    } | null;
                    title: string;
                    /**
                     * @default public
                     * @enum {unknown}
                     */
                    visibility?: "public" | "unlisted" | "protected";
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Origins whose pages may show the stream and its recordings, as browsers write them: https://example.org. Empty for all. Programs that name no origin are not held back. */
                        allowed_origins: string[];
                        /** Format: date-time */
                        created_at: string;
                        /** @description Seconds that viewers of the live stream may go back. */
                        dvr_window: number;
                        id: string;
                        /** @description What to type into an encoder, by ingest. Where the key is not known any more, `{key}` stands for it. */
                        ingest: {
                            [key: string]: {
                                [key: string]: string;
                            };
                        };
                        keys: {
                            id: string;
                            /** @description Shown only here. */
                            key: string;
                            label: string;
                        }[];
                        /** @enum {unknown} */
                        latency: "standard" | "low";
                        playback: {
                            embed_url: string;
                            hls_url: string;
                            watch_url: string;
                        };
                        /** @description Seconds in which a publisher may return to its session. */
                        reconnect_window: number;
                        record: boolean;
                        /** @description How long recordings of the stream are kept, beside what the organization's retention says. Null: for ever. */
                        retention: {
                            /** @description Where all recordings together have more, the oldest are deleted. */
                            bytes: number | null;
                            /** @description Recordings that are older are deleted. */
                            days: number | null;
                        } | null;
                        /** @enum {unknown} */
                        status: "offline" | "live" | "reconnecting";
                        /** @description The newest picture of what is live; of a protected stream it wants a token. Null while there is none. */
                        thumbnail_url: string | null;
                        title: string;
                        /** Format: date-time */
                        updated_at: string;
                        /**
                         * @description Public and unlisted streams play without a token; a protected one only with it.
                         * @enum {unknown}
                         */
                        visibility: "public" | "unlisted" | "protected";
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getStreamsId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what was read: where the answer would be the same, it is 304 without a body. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Origins whose pages may show the stream and its recordings, as browsers write them: https://example.org. Empty for all. Programs that name no origin are not held back. */
                        allowed_origins: string[];
                        /** Format: date-time */
                        created_at: string;
                        /** @description Seconds that viewers of the live stream may go back. */
                        dvr_window: number;
                        id: string;
                        /** @description What to type into an encoder, by ingest. Where the key is not known any more, `{key}` stands for it. */
                        ingest: {
                            [key: string]: {
                                [key: string]: string;
                            };
                        };
                        /** @enum {unknown} */
                        latency: "standard" | "low";
                        playback: {
                            embed_url: string;
                            hls_url: string;
                            watch_url: string;
                        };
                        /** @description Seconds in which a publisher may return to its session. */
                        reconnect_window: number;
                        record: boolean;
                        /** @description How long recordings of the stream are kept, beside what the organization's retention says. Null: for ever. */
                        retention: {
                            /** @description Where all recordings together have more, the oldest are deleted. */
                            bytes: number | null;
                            /** @description Recordings that are older are deleted. */
                            days: number | null;
                        } | null;
                        /** @enum {unknown} */
                        status: "offline" | "live" | "reconnecting";
                        /** @description The newest picture of what is live; of a protected stream it wants a token. Null while there is none. */
                        thumbnail_url: string | null;
                        title: string;
                        /** Format: date-time */
                        updated_at: string;
                        /**
                         * @description Public and unlisted streams play without a token; a protected one only with it.
                         * @enum {unknown}
                         */
                        visibility: "public" | "unlisted" | "protected";
                    };
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    deleteStreamsId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what was read: where the thing was changed since, the answer is 412 and nothing is done. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    patchStreamsId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what was read: where the thing was changed since, the answer is 412 and nothing is done. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Origins whose pages may show the stream and its recordings, as browsers write them: https://example.org. Empty for all. Programs that name no origin are not held back. */
                    allowed_origins?: string[];
                    /** @description Seconds that viewers of the live stream may go back. */
                    dvr_window?: number;
                    /** @enum {unknown} */
                    latency?: "standard" | "low";
                    /** @description Seconds in which a publisher may return to its session. */
                    reconnect_window?: number;
                    record?: boolean;
                    /** @description How long recordings of the stream are kept, beside what the organization's retention says. Null: for ever. */
                    retention?: {
                        /** @description Where all recordings together have more, the oldest are deleted. */
                        bytes: number | null;
                        /** @description Recordings that are older are deleted. */
                        days: number | null;
                    } | null;
                    title?: string;
                    /**
                     * @description Public and unlisted streams play without a token; a protected one only with it.
                     * @enum {unknown}
                     */
                    visibility?: "public" | "unlisted" | "protected";
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Origins whose pages may show the stream and its recordings, as browsers write them: https://example.org. Empty for all. Programs that name no origin are not held back. */
                        allowed_origins: string[];
                        /** Format: date-time */
                        created_at: string;
                        /** @description Seconds that viewers of the live stream may go back. */
                        dvr_window: number;
                        id: string;
                        /** @description What to type into an encoder, by ingest. Where the key is not known any more, `{key}` stands for it. */
                        ingest: {
                            [key: string]: {
                                [key: string]: string;
                            };
                        };
                        /** @enum {unknown} */
                        latency: "standard" | "low";
                        playback: {
                            embed_url: string;
                            hls_url: string;
                            watch_url: string;
                        };
                        /** @description Seconds in which a publisher may return to its session. */
                        reconnect_window: number;
                        record: boolean;
                        /** @description How long recordings of the stream are kept, beside what the organization's retention says. Null: for ever. */
                        retention: {
                            /** @description Where all recordings together have more, the oldest are deleted. */
                            bytes: number | null;
                            /** @description Recordings that are older are deleted. */
                            days: number | null;
                        } | null;
                        /** @enum {unknown} */
                        status: "offline" | "live" | "reconnecting";
                        /** @description The newest picture of what is live; of a protected stream it wants a token. Null while there is none. */
                        thumbnail_url: string | null;
                        title: string;
                        /** Format: date-time */
                        updated_at: string;
                        /**
                         * @description Public and unlisted streams play without a token; a protected one only with it.
                         * @enum {unknown}
                         */
                        visibility: "public" | "unlisted" | "protected";
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postStreamsIdDisconnect: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getStreamsIdHealth: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        issues: {
                            code: string;
                            fix: string;
                            reason: string;
                            /** @enum {unknown} */
                            severity: "warning" | "error";
                        }[];
                        session_id: string | null;
                        source: unknown | null;
                        /** @enum {unknown} */
                        status: "good" | "ok" | "bad" | "no_data";
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getStreamsIdKeys: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Members of a page. */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            expires_at: string | null;
                            id: string;
                            label: string;
                            last_used_at: string | null;
                        }[];
                        /** @description Null on the last page. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postStreamsIdKeys: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text that names this request: a repeat with it within 24 hours answers what the first one did, and makes nothing. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    expires_at?: string | null;
                    /** @default Key */
                    label?: string;
                    /** @description Rotation: the other keys end after so many seconds. 0 deletes them, and drops who publishes with them. */
                    overlap?: number;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        expires_at: string | null;
                        id: string;
                        /** @description What to type into an encoder, by ingest. Where the key is not known any more, `{key}` stands for it. */
                        ingest: {
                            [key: string]: {
                                [key: string]: string;
                            };
                        };
                        /** @description Shown only here. */
                        key: string;
                        label: string;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    deleteStreamsIdKeysKeyId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getStreamsIdPlaybackTokens: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Members of a page. */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            expires_at: string;
                            id: string;
                            revoked_at: string | null;
                            viewer_id: string | null;
                        }[];
                        /** @description Null on the last page. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postStreamsIdPlaybackTokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text that names this request: a repeat with it within 24 hours answers what the first one did, and makes nothing. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description Seconds.
                     * @default 3600
                     */
                    expires_in?: number;
                    /** @description The caller's own name for the viewer. Whoever has the token can read it. */
                    viewer_id?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        expires_at: string;
                        id: string;
                        token: string;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getStreamsIdSessions: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Members of a page. */
                limit?: number;
                state?: "live" | "reconnecting" | "ended";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description Seconds, so far or in all. */
                            duration: number;
                            end_reason: string | null;
                            ended_at: string | null;
                            id: string;
                            /** Format: date-time */
                            started_at: string;
                            /** @enum {unknown} */
                            state: "live" | "reconnecting" | "ended";
                            stream_id: string;
                        }[];
                        /** @description Null on the last page. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    postUploads: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/offset+octet-stream": unknown;
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    optionsUploads: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    getUploadsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the upload. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Null until all bytes are there. */
                        asset_id: string | null;
                        /** Format: date-time */
                        created_at: string;
                        id: string;
                        /** @description The job that transcodes it. */
                        job_id: string | null;
                        /** @description Bytes that are there. */
                        offset: number;
                        /** @description Bytes; null until the client has said. */
                        size: number | null;
                        title: string;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    deleteUploadsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the upload. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    headUploadsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the upload. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
    patchUploadsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the upload. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/offset+octet-stream": unknown;
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            default: components["responses"]["Problem"];
        };
    };
}
