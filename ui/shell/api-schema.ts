/** The API as the running server documents it. Made by `scripts/reference.ts`. */
export interface paths {
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
        /** Ends the login that the refresh token came from. */
        post: operations["postAuthLogout"];
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
        /** Takes a refresh token for a new access token and the next refresh token. */
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
        /** The keys of a stream, without the secrets. */
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
        get?: never;
        put?: never;
        /** Makes a token that plays a protected stream until it expires. */
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
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            code: string;
            detail: string;
            errors?: {
                detail?: string;
                pointer?: string;
            }[];
            fix?: string;
            request_id: string;
            status: number;
            title: string;
            /** Format: uri-reference */
            type: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAuthLogout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    refresh_token: string;
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEvents: {
        parameters: {
            query: {
                /** @description next_cursor of the page before. */
                cursor?: string;
                limit: number;
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
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
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
                        /** @description What the last try failed with. */
                        error: string | null;
                        finished_at: string | null;
                        id: string;
                        /** @description `<plugin>.<verb>`. */
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
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
                        /** @description What the last try failed with. */
                        error: string | null;
                        finished_at: string | null;
                        id: string;
                        /** @description `<plugin>.<verb>`. */
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSessionsIdEvents: {
        parameters: {
            query?: {
                cursor?: string;
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
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStreams: {
        parameters: {
            query: {
                /** @description next_cursor of the page before. */
                cursor?: string;
                limit: number;
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
                            /** @enum {unknown} */
                            status: "offline" | "live" | "reconnecting";
                            title: string;
                            /** Format: date-time */
                            updated_at: string;
                            /**
                             * @description Public and unlisted streams play without a token; a protected one only with it.
                             * @enum {unknown}
                             */
                            visibility: "public" | "unlisted" | "protected";
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postStreams: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Seconds that viewers of the live stream may go back.
                     * @default 0
                     */
                    dvr_window: number;
                    /**
                     * @default standard
                     * @enum {unknown}
                     */
                    latency: "standard" | "low";
                    /**
                     * @description Seconds in which a publisher may return to its session.
                     * @default 60
                     */
                    reconnect_window: number;
                    /** @default true */
                    record: boolean;
                    title: string;
                    /**
                     * @default public
                     * @enum {unknown}
                     */
                    visibility: "public" | "unlisted" | "protected";
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
                        /** @enum {unknown} */
                        status: "offline" | "live" | "reconnecting";
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStreamsId: {
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
                        /** @enum {unknown} */
                        status: "offline" | "live" | "reconnecting";
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteStreamsId: {
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchStreamsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Seconds that viewers of the live stream may go back. */
                    dvr_window?: number;
                    /** @enum {unknown} */
                    latency?: "standard" | "low";
                    /** @description Seconds in which a publisher may return to its session. */
                    reconnect_window?: number;
                    record?: boolean;
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
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
                        /** @enum {unknown} */
                        status: "offline" | "live" | "reconnecting";
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStreamsIdKeys: {
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
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            expires_at: string | null;
                            id: string;
                            label: string;
                            last_used_at: string | null;
                        }[];
                        next_cursor: null;
                    };
                };
            };
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postStreamsIdKeys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    expires_at?: string | null;
                    /** @default Key */
                    label: string;
                    /** @description Rotation: the other keys end after so many seconds. 0 deletes them, and drops who publishes with them. */
                    overlap?: number;
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
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
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postStreamsIdPlaybackTokens: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Seconds.
                     * @default 3600
                     */
                    expires_in: number;
                    /** @description The caller's own name for the viewer. */
                    viewer_id?: string;
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
                        /** Format: date-time */
                        expires_at: string;
                        id: string;
                        token: string;
                    };
                };
            };
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStreamsIdSessions: {
        parameters: {
            query?: {
                cursor?: string;
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
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error, as RFC 9457 has it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
