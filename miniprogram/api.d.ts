/** What the API takes and answers. Generated: `make api`. */

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Problem
         * @description A problem document with our extensions.
         *
         *         `reason` is a stable code, `message` a sentence for the person, `receipt` the proof of arrival to send again with
         *         the same attempt, `reasons` and `checkin` the refused attempt.
         */
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            reason: string;
            instance: string;
            /** @default [] */
            errors?: components["schemas"]["FieldProblem"][];
            /** @default null */
            retry_after_s?: number | null;
            /** @default {} */
            metadata?: {
                [key: string]: string;
            };
            /** @default  */
            message?: string;
            /** @default  */
            receipt?: string;
            /** @default [] */
            reasons?: Record<string, never>[];
            /** @default null */
            checkin?: unknown;
        };
        /**
         * FieldProblem
         * @description A field that cannot be taken and how to mend it.
         */
        FieldProblem: {
            field: string;
            message: string;
        };
        /**
         * CheckinRequest
         * @description One try of one person. The same attempt_id may be sent again and gets the same answer.
         */
        CheckinRequest: {
            /** @description A UUIDv7, made on the phone before the first send. */
            attempt_id: string;
            /** @enum {string} */
            method: "code" | "nfc" | "place" | "qr";
            /**
             * @description For method qr: of the QR. For method nfc: what follows `/n/` in the URL of the tag; where that goes on with `?e=` and `&c=`, text, e and c with dots between them.
             * @default
             */
            token?: string;
            /**
             * @description For method code: 6 characters.
             * @default
             */
            code?: string;
            /**
             * @description For method place; else optional.
             * @default
             */
            activity_id?: string;
            /**
             * @default in
             * @enum {string}
             */
            direction?: "in" | "out";
            /** @default  */
            gate?: string;
            /** @default null */
            location?: components["schemas"]["Location"] | null;
            /** @default null */
            wifi?: components["schemas"]["Wifi"] | null;
            /** @default  */
            device_id?: string;
            /** @default null */
            claimed_at?: string | null;
            /** @default 0 */
            elapsed_ms?: number;
            /**
             * @description From an earlier 503; when it is ours, its time of arrival holds.
             * @default
             */
            receipt?: string;
            /** @default null */
            client?: components["schemas"]["ClientInfo"] | null;
        };
        /**
         * Location
         * @description Where the phone says it is, in GCJ-02.
         */
        Location: {
            latitude: number;
            longitude: number;
            accuracy_m: number | null;
            /** @enum {string} */
            coord: "gcj02";
            /** @default 0 */
            age_ms?: number;
        };
        /**
         * Wifi
         * @description The one Wi-Fi the phone is connected to.
         */
        Wifi: {
            bssid: string;
            /** @default  */
            ssid?: string;
        };
        /**
         * ClientInfo
         * @description How the person came here; never part of the judgement.
         */
        ClientInfo: {
            /** @default 0 */
            scene?: number;
            /** @default 0 */
            scan_ms?: number;
            /** @default 0 */
            locate_ms?: number;
            /** @default  */
            platform?: string;
            /** @default  */
            app_version?: string;
        };
        /**
         * Answer
         * @description What a phone gets for an attempt.
         */
        Answer: {
            checkin: components["schemas"]["Checkin"];
            /**
             * @description For the person.
             * @example 签到成功
             */
            message: string;
        };
        /**
         * Checkin
         * @description The record of an attempt. Points and streak are null, and `revision` is 0, until it is recorded.
         */
        Checkin: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            attempt_id: string;
            activity_id: string | null;
            occurrence_id: string | null;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            user_id: string;
            /** @enum {string} */
            outcome: "accepted" | "annulled" | "duplicate" | "pending_review" | "provisional" | "refused" | "superseded";
            reasons: ({
                reason: string;
            } & {
                [key: string]: unknown;
            })[];
            punctuality: ("early_leave" | "late" | "on_time") | null;
            late_by_s: number;
            checked_in_at: string | null;
            distance_m: number | null;
            method: ("code" | "nfc" | "place" | "qr" | "staff") | null;
            direction: ("in" | "out") | null;
            /** @example 北门 */
            gate: string | null;
            /** @example 新生讲座 */
            activity_title: string | null;
            /** @example 图书馆 */
            place_name: string | null;
            /** @default null */
            points_awarded: number | null;
            /** @default null */
            streak_days: number | null;
            /** @default 0 */
            revision: number;
            /** @default false */
            is_offline: boolean;
            duplicate_of?: components["schemas"]["DuplicateOf"];
        };
        /**
         * DuplicateOf
         * @description The record that holds the seat; to staff also how it came, null for what nobody can tell.
         */
        DuplicateOf: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            checked_in_at: string;
            method?: ("code" | "nfc" | "place" | "qr" | "staff") | null;
            /** @example 北门 */
            gate?: string | null;
            /**
             * @description Who let them in.
             * @example 王老师
             */
            by?: string | null;
        };
        /**
         * SignIn
         * @description What `wx.login` gave.
         */
        SignIn: {
            /** @example 0a1B2c3D */
            code: string;
        };
        /**
         * Session
         * @description Tokens of a signed-in person. `expires_in` in seconds.
         */
        Session: {
            /** @example eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTkyIn0.c2ln */
            access_token: string;
            /** @example 900 */
            expires_in: number;
            /** @example v1.Qm1dJr3wZp9Ho5uLsAbvS0mC2Xk7vYt4 */
            refresh_token: string;
            user: components["schemas"]["User"];
        };
        /**
         * User
         * @description A person; the name is empty until they gave it.
         */
        User: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /** @example 李雷 */
            name: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
        };
        /**
         * Refresh
         * @description The refresh token of the last session answer; it works once.
         */
        Refresh: {
            /** @example v1.Qm1dJr3wZp9Ho5uLsAbvS0mC2Xk7vYt4 */
            refresh_token: string;
            /**
             * @description As in check-ins; the same device may ask again for 120 s, else for 10.
             * @default
             */
            device_id?: string;
        };
        /**
         * ProfileChange
         * @description What a person changes of their own profile.
         */
        ProfileChange: {
            /** @example 李雷 */
            name: string;
        };
        /**
         * NewOrganisation
         * @description An organisation to create; its creator becomes the owner.
         */
        NewOrganisation: {
            /** @example 实验中学 */
            name: string;
        };
        /**
         * Organisation
         * @description An organisation and the caller's role in it.
         */
        Organisation: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /** @example 实验中学 */
            name: string;
            role: ("member" | "organiser" | "owner" | "staff") | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            /** @description null: it goes on. */
            archived_at: string | null;
            /**
             * @description How long humans have before `policy.undecided` of an activity decides.
             * @example 259200
             */
            undecided_after_s: number;
        };
        /**
         * Organisations
         * @description A page of organisations.
         */
        Organisations: {
            organisations: components["schemas"]["Organisation"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * OrganisationChange
         * @description What is changed of an organisation.
         */
        OrganisationChange: {
            /** @example 实验中学 */
            name: string;
        };
        /**
         * Successor
         * @description The member who becomes owner.
         */
        Successor: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            user_id: string;
        };
        /**
         * Member
         * @description A person in an organisation; the group may be empty.
         */
        Member: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            user_id: string;
            /** @example 李雷 */
            name: string;
            role: ("member" | "organiser" | "owner" | "staff") | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            joined_at: string;
            /** @example 三班 */
            group: string;
        };
        /**
         * Members
         * @description A page of members.
         */
        Members: {
            members: components["schemas"]["Member"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * NewMember
         * @description A person to add, with a role.
         */
        NewMember: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            user_id: string;
            /**
             * @default member
             * @enum {string}
             */
            role?: "member" | "organiser" | "owner" | "staff";
        };
        /**
         * MemberChange
         * @description A member's new role, group, or both.
         */
        MemberChange: {
            /** @default null */
            role?: ("member" | "organiser" | "owner" | "staff") | null;
            /** @default null */
            group?: string | null;
        };
        /**
         * OpenedTicket
         * @description What a browser shows and what it keeps to itself: the session goes to who has `poll_secret`.
         *
         *         `confirm_url` leads to a WeChat simulator that confirms it; empty where there is none.
         */
        OpenedTicket: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            ticket: string;
            /** @example nQ5uQw0Yw0mG3m1kq0V8cS0pXk2hJb7tRfD4eZs9LaA */
            poll_secret: string;
            /** @example 42 */
            digits: string;
            /** @example https://qiandao.example/c/01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f */
            qr: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            expires_at: string;
            /**
             * @description In seconds.
             * @example 120
             */
            expires_in: number;
            /** @example  */
            confirm_url: string;
        };
        /**
         * TicketPoll
         * @description Which ticket, and the proof that this browser opened it.
         */
        TicketPoll: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            ticket: string;
            /** @example nQ5uQw0Yw0mG3m1kq0V8cS0pXk2hJb7tRfD4eZs9LaA */
            poll_secret: string;
        };
        /**
         * PolledTicket
         * @description What has become of a ticket; with a session once it is approved, and only once.
         */
        PolledTicket: {
            state: ("approved" | "denied" | "expired" | "pending") | null;
            session: components["schemas"]["ConsoleSession"] | null;
        };
        /**
         * ConsoleSession
         * @description A signed-in browser, whose cookie has the rest. `csrf_token` goes into X-CSRF-Token; `expires_in` in seconds.
         */
        ConsoleSession: {
            /** @example eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIwMTkyIn0.c2ln */
            access_token: string;
            /** @example 900 */
            expires_in: number;
            /** @example nQ5uQw0Yw0mG3m1kq0V8cS0pXk2hJb7tRfD4eZs9LaA */
            csrf_token: string;
            user: components["schemas"]["User"];
        };
        /**
         * Ticket
         * @description A browser that asks for something, as the phone shows it: to be let in, or for a place.
         */
        Ticket: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            ticket: string;
            purpose: ("place" | "sign_in") | null;
            state: ("approved" | "denied" | "expired" | "pending") | null;
            /**
             * @description Empty: nobody can tell.
             * @example Chrome
             */
            browser: string;
            /**
             * @description Empty: nobody can tell.
             * @example Windows
             */
            platform: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            expires_at: string;
        };
        /**
         * TicketApproval
         * @description The digits that the browser shows.
         */
        TicketApproval: {
            /** @example 42 */
            digits: string;
        };
        /**
         * SignedInList
         * @description A person's sessions, those used last first, a hundred at most.
         */
        SignedInList: {
            sessions: components["schemas"]["SignedIn"][];
        };
        /**
         * SignedIn
         * @description A session that goes on. `last_used_at`: when it last had new tokens; `is_current`: it is the caller's own.
         */
        SignedIn: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            kind: ("console" | "phone") | null;
            /**
             * @description Empty: nobody can tell.
             * @example Chrome
             */
            browser: string;
            /**
             * @description Empty: nobody can tell.
             * @example Windows
             */
            platform: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            last_used_at: string;
            is_current: boolean;
        };
        /**
         * NewInvite
         * @description An invite to make. An owner is not invited but made of a member.
         */
        NewInvite: {
            /** @enum {string} */
            role: "member" | "organiser" | "staff";
            /**
             * Format: date-time
             * @description A year ahead at most.
             * @example 2026-09-01T08:00:00+08:00
             */
            expires_at: string;
            /**
             * @description How many people may join with it.
             * @default 1
             */
            uses?: number;
            /**
             * @description Of those who join with it.
             * @default
             * @example 三班
             */
            group?: string;
            /**
             * @description With the role staff only: who joins is staff of it alone, and no member.
             * @default null
             */
            activity_id?: string | null;
        };
        /**
         * Invite
         * @description An invite as those see it who manage members. `url` is what its QR says.
         */
        Invite: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /** @example K7MCFGHJ4R9XWT */
            code: string;
            /** @example https://qiandao.example/i/K7MCFGHJ4R9XWT */
            url: string;
            role: ("member" | "organiser" | "owner" | "staff") | null;
            state: ("expired" | "open" | "revoked" | "used_up") | null;
            uses: number;
            used: number;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            expires_at: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            created_by: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            /** @example 三班 */
            group: string;
            /** @description null: to the organisation. */
            activity_id: string | null;
            /** @example 新生讲座 */
            activity_title: string | null;
        };
        /**
         * Invites
         * @description A page of invites, the latest first.
         */
        Invites: {
            invites: components["schemas"]["Invite"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * InviteWithUses
         * @description An invite, and the members who joined with it, in order; who has left since is not named.
         */
        InviteWithUses: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /** @example K7MCFGHJ4R9XWT */
            code: string;
            /** @example https://qiandao.example/i/K7MCFGHJ4R9XWT */
            url: string;
            role: ("member" | "organiser" | "owner" | "staff") | null;
            state: ("expired" | "open" | "revoked" | "used_up") | null;
            uses: number;
            used: number;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            expires_at: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            created_by: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            /** @example 三班 */
            group: string;
            /** @description null: to the organisation. */
            activity_id: string | null;
            /** @example 新生讲座 */
            activity_title: string | null;
            used_by: components["schemas"]["Member"][];
        };
        /**
         * InvitePreview
         * @description What a code leads to, before it binds.
         */
        InvitePreview: {
            /** @example 实验中学 */
            organisation_name: string;
            /** @example 李雷 */
            invited_by: string;
            role: ("member" | "organiser" | "owner" | "staff") | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            expires_at: string;
            /** @description The caller's there; null: none. */
            own_role: ("member" | "organiser" | "owner" | "staff") | null;
            /** @example 三班 */
            group: string;
            /** @description null: to the organisation. */
            activity_id: string | null;
            /** @example 新生讲座 */
            activity_title: string | null;
        };
        /**
         * Acceptance
         * @description The code of an invite, as typed or as the link has it.
         */
        Acceptance: {
            /** @example K7MCFGHJ4R9XWT */
            code: string;
        };
        /**
         * Accepted
         * @description Where the caller is in now: the organisation with their role, or one activity of it with `staff`.
         */
        Accepted: {
            organisation: components["schemas"]["Organisation"];
            /** @description null: it was to the organisation. */
            activity_id: string | null;
            /** @description null: their role in the organisation says it already. */
            staff: components["schemas"]["ActivityStaff"] | null;
        };
        /**
         * ActivityStaff
         * @description A person who is staff of one activity; `expires_at` moves with its end.
         */
        ActivityStaff: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            user_id: string;
            /** @example 李雷 */
            name: string;
            /** @enum {string} */
            role: "staff";
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            joined_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            expires_at: string;
        };
        /**
         * Grants
         * @description All answers of one question.
         */
        Grants: {
            grants: components["schemas"]["Grant"][];
        };
        /**
         * Grant
         * @description The person's answer about one template.
         */
        Grant: {
            /** @example Vn0dWq6sT1c4yXk2 */
            template_id: string;
            /** @enum {string} */
            result: "accept" | "ban" | "filter" | "reject";
        };
        /**
         * Standing
         * @description By template: how many messages may still be sent, and what the person said last; null when never asked.
         */
        Standing: {
            quotas: {
                [key: string]: number;
            };
            results: {
                [key: string]: ("accept" | "ban" | "filter" | "reject") | null;
            };
        };
        /**
         * NewActivity
         * @description An activity to create. The window is [starts_at - opens_before_s, ends_at + closes_after_s].
         */
        NewActivity: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            organisation_id: string;
            /** @enum {string} */
            kind: "attendance" | "event" | "points";
            /** @example 新生讲座 */
            title: string;
            /** @default Asia/Shanghai */
            time_zone?: string;
            /**
             * @description In time_zone, or with an offset (RFC 3339).
             * @example 2026-09-01T08:00:00+08:00
             */
            starts_at: string;
            /**
             * @description In time_zone, or with an offset (RFC 3339).
             * @example 2026-09-01T10:00:00+08:00
             */
            ends_at: string;
            /** @default 0 */
            opens_before_s?: number;
            /** @default 0 */
            closes_after_s?: number;
            /**
             * @description Counted from starts_at; null: nobody is late.
             * @default null
             */
            late_after_s?: number | null;
            /**
             * @default null
             * @example {
             *       "name": "图书馆",
             *       "latitude": 25.04,
             *       "longitude": 102.71,
             *       "coord": "gcj02",
             *       "radius_m": 200
             *     }
             */
            place?: components["schemas"]["NewPlace"] | null;
            /** @default [] */
            wifi?: components["schemas"]["NewAccessPoint"][];
            /**
             * @default [
             *       "qr"
             *     ]
             */
            methods?: ("code" | "nfc" | "place" | "qr" | "staff")[];
            /**
             * @default {
             *       "fence": "review",
             *       "wifi": "off",
             *       "place": "any",
             *       "late": "accept",
             *       "offline": "review",
             *       "face": "off",
             *       "location_max_age_s": 120,
             *       "not_listed": "review",
             *       "undecided": null,
             *       "own_proof": "after_close"
             *     }
             */
            policy?: components["schemas"]["NewPolicy"];
            /** @default 60 */
            qr_period_s?: number;
            /** @default false */
            strict?: boolean;
            /**
             * @description 0: unlimited.
             * @default 0
             */
            capacity?: number;
            /** @default 7200 */
            offline_window_s?: number;
            /**
             * @default []
             * @example [
             *       "北门"
             *     ]
             */
            gates?: string[];
            /**
             * @description listed needs a roster_id.
             * @default open
             * @enum {string}
             */
            roster?: "listed" | "open";
            /**
             * @description Who is expected; null: open to all.
             * @default null
             */
            roster_id?: string | null;
            /**
             * @description Where there is no roster; 0: nobody knows.
             * @default 0
             */
            expected_count?: number;
            /** @default [] */
            ask?: components["schemas"]["NewQuestion"][];
            /**
             * @description once: who went does not come in again.
             * @default in_out
             * @enum {string}
             */
            reentry?: "in_out" | "once";
        };
        /**
         * NewPlace
         * @description Where people check in, in GCJ-02 as `wx.chooseLocation` gives it.
         */
        NewPlace: {
            /** @default  */
            name?: string;
            latitude: number;
            longitude: number;
            /** @enum {string} */
            coord: "gcj02";
            /** @default 500 */
            radius_m?: number;
        };
        /**
         * NewAccessPoint
         * @description A Wi-Fi whose access point proves the place.
         */
        NewAccessPoint: {
            /** @default  */
            ssid?: string;
            /** @example 3c:7c:3f:00:1a:2b */
            bssid: string;
        };
        /**
         * NewPolicy
         * @description What is made of a finding.
         */
        NewPolicy: {
            /**
             * @default review
             * @enum {string}
             */
            fence?: "off" | "refuse" | "review";
            /**
             * @default off
             * @enum {string}
             */
            wifi?: "off" | "refuse" | "review";
            /**
             * @default any
             * @enum {string}
             */
            place?: "all" | "any";
            /**
             * @default accept
             * @enum {string}
             */
            late?: "accept" | "refuse" | "review";
            /**
             * @default review
             * @enum {string}
             */
            offline?: "accept" | "refuse" | "review";
            /**
             * @default off
             * @enum {string}
             */
            face?: "off" | "refuse" | "review";
            /**
             * @description An older position counts as none.
             * @default 120
             */
            location_max_age_s?: number;
            /**
             * @description Of who is not on the roster.
             * @default review
             * @enum {string}
             */
            not_listed?: "refuse" | "review";
            /**
             * @description What becomes of what nobody reviews within `undecided_after_s` of the close; null: it waits on.
             * @default null
             */
            undecided?: ("absent" | "present") | null;
            /**
             * @description Whether people may have a proof that they came without asking an organiser.
             * @default after_close
             * @enum {string}
             */
            own_proof?: "after_close" | "never";
        };
        /**
         * NewQuestion
         * @description What is asked of whoever was accepted; only text has a label.
         */
        NewQuestion: {
            /** @enum {string} */
            detail: "employer" | "name" | "number" | "phone" | "text";
            /**
             * @default
             * @example 衣服尺码
             */
            label?: string;
        };
        /**
         * Activity
         * @description An activity as owner, organiser and staff see it; `code` is null for everybody else.
         */
        Activity: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            organisation_id: string;
            kind: ("attendance" | "event" | "points") | null;
            /** @example 新生讲座 */
            title: string;
            /** @example Asia/Shanghai */
            time_zone: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            starts_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            ends_at: string;
            opens_before_s: number;
            closes_after_s: number;
            late_after_s: number | null;
            /**
             * @example {
             *       "name": "图书馆",
             *       "latitude": 25.04,
             *       "longitude": 102.71,
             *       "coord": "gcj02",
             *       "radius_m": 200
             *     }
             */
            place: components["schemas"]["Place"] | null;
            wifi: components["schemas"]["AccessPoint"][];
            methods: ("code" | "nfc" | "place" | "qr" | "staff")[];
            policy: components["schemas"]["Policy"];
            qr_period_s: number;
            strict: boolean;
            capacity: number;
            offline_window_s: number;
            /**
             * @example [
             *       "北门"
             *     ]
             */
            gates: string[];
            /** @enum {string} */
            roster: "listed" | "open";
            roster_id: string | null;
            expected_count: number;
            ask: components["schemas"]["Question"][];
            /**
             * @description once: who went does not come in again.
             * @enum {string}
             */
            reentry: "in_out" | "once";
            /** @example K7M2PQ */
            code: string | null;
            state: ("cancelled" | "closed" | "draft" | "published") | null;
            revision: number;
            occurrences: components["schemas"]["Occurrence"][];
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            /** @description The draft that this one only tries out. */
            rehearsal_of: string | null;
            /** @description The caller's, for this activity. */
            own_role: ("member" | "organiser" | "owner" | "staff") | null;
        };
        /**
         * Place
         * @description Where people check in, in GCJ-02.
         */
        Place: {
            /** @default  */
            name: string;
            latitude: number;
            longitude: number;
            /** @enum {string} */
            coord: "gcj02";
            /** @default 500 */
            radius_m: number;
        };
        /**
         * AccessPoint
         * @description A Wi-Fi whose access point proves the place.
         */
        AccessPoint: {
            ssid: string;
            /** @example 3c:7c:3f:00:1a:2b */
            bssid: string;
        };
        /**
         * Policy
         * @description What is made of a finding.
         */
        Policy: {
            /**
             * @default review
             * @enum {string}
             */
            fence: "off" | "refuse" | "review";
            /**
             * @default off
             * @enum {string}
             */
            wifi: "off" | "refuse" | "review";
            /**
             * @default any
             * @enum {string}
             */
            place: "all" | "any";
            /**
             * @default accept
             * @enum {string}
             */
            late: "accept" | "refuse" | "review";
            /**
             * @default review
             * @enum {string}
             */
            offline: "accept" | "refuse" | "review";
            /**
             * @default off
             * @enum {string}
             */
            face: "off" | "refuse" | "review";
            /**
             * @description An older position counts as none.
             * @default 120
             */
            location_max_age_s: number;
            /**
             * @description Of who is not on the roster.
             * @default review
             * @enum {string}
             */
            not_listed: "refuse" | "review";
            /**
             * @description What becomes of what nobody reviews within `undecided_after_s` of the close; null: it waits on.
             * @default null
             */
            undecided: ("absent" | "present") | null;
            /**
             * @description Whether people may have a proof that they came without asking an organiser.
             * @default after_close
             * @enum {string}
             */
            own_proof: "after_close" | "never";
        };
        /**
         * Question
         * @description What is asked of whoever was accepted; only text has a label.
         */
        Question: {
            /** @enum {string} */
            detail: "employer" | "name" | "number" | "phone" | "text";
            /**
             * @default
             * @example 衣服尺码
             */
            label: string;
        };
        /**
         * Occurrence
         * @description One time window of an activity, in which people check in once; `number` is 1 of the first.
         */
        Occurrence: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            number: number;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            opens_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            starts_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            ends_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            closes_at: string;
        };
        /**
         * Activities
         * @description A page of activities.
         */
        Activities: {
            activities: components["schemas"]["Activity"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * Card
         * @description An activity as a participant may see it: without credentials.
         */
        Card: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            activity_id: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            occurrence_id: string;
            kind: ("attendance" | "event" | "points") | null;
            /** @example 新生讲座 */
            title: string;
            /** @example Asia/Shanghai */
            time_zone: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            starts_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            ends_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            opens_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            closes_at: string;
            state: ("cancelled" | "closed" | "draft" | "published") | null;
            methods: ("code" | "nfc" | "place" | "qr" | "staff")[];
            /**
             * @example {
             *       "name": "图书馆",
             *       "latitude": 25.04,
             *       "longitude": 102.71,
             *       "coord": "gcj02",
             *       "radius_m": 200
             *     }
             */
            place: components["schemas"]["Place"] | null;
            strict: boolean;
            /**
             * @example [
             *       "北门"
             *     ]
             */
            gates: string[];
            uses_wifi: boolean;
            is_rehearsal: boolean;
            /** @description Who is expected says so by phone number or invite. */
            is_listed: boolean;
            ask: components["schemas"]["Question"][];
            /**
             * @description once: who went does not come in again.
             * @enum {string}
             */
            reentry: "in_out" | "once";
            /** @description Which of the activity's windows this is. */
            number: number;
            /** @description How many windows there are. */
            count: number;
        };
        /**
         * ResolveToken
         * @description What the phone scanned.
         */
        ResolveToken: {
            /** @example AbvS0mC2Xk7vYt4Qm1dJr3wZp9Ho5uLs */
            token: string;
        };
        /**
         * ActivityChanges
         * @description What changes of an activity.
         */
        ActivityChanges: {
            revision?: number;
            /** @enum {string} */
            kind?: "attendance" | "event" | "points";
            title?: string;
            time_zone?: string;
            /**
             * @description In time_zone, or with an offset (RFC 3339).
             * @example 2026-09-01T08:00:00+08:00
             */
            starts_at?: string;
            /**
             * @description In time_zone, or with an offset (RFC 3339).
             * @example 2026-09-01T08:00:00+08:00
             */
            ends_at?: string;
            opens_before_s?: number;
            closes_after_s?: number;
            late_after_s?: number | null;
            place?: components["schemas"]["PlaceChanges"] | null;
            wifi?: components["schemas"]["NewAccessPoint"][];
            methods?: ("code" | "nfc" | "place" | "qr" | "staff")[];
            policy?: components["schemas"]["PolicyChanges"];
            qr_period_s?: number;
            strict?: boolean;
            capacity?: number;
            offline_window_s?: number;
            gates?: string[];
            roster_id?: string | null;
            expected_count?: number;
            ask?: components["schemas"]["NewQuestion"][];
            /** @enum {string} */
            reentry?: "in_out" | "once";
        };
        /**
         * PlaceChanges
         * @description What changes of the place; where it is goes together.
         */
        PlaceChanges: {
            name?: string;
            latitude?: number;
            longitude?: number;
            /** @enum {string} */
            coord?: "gcj02";
            radius_m?: number;
        };
        /**
         * PolicyChanges
         * @description What changes of the policy.
         */
        PolicyChanges: {
            /** @enum {string} */
            fence?: "off" | "refuse" | "review";
            /** @enum {string} */
            wifi?: "off" | "refuse" | "review";
            /** @enum {string} */
            place?: "all" | "any";
            /** @enum {string} */
            late?: "accept" | "refuse" | "review";
            /** @enum {string} */
            offline?: "accept" | "refuse" | "review";
            /** @enum {string} */
            face?: "off" | "refuse" | "review";
            location_max_age_s?: number;
            /** @enum {string} */
            not_listed?: "refuse" | "review";
            undecided?: ("absent" | "present") | null;
            /** @enum {string} */
            own_proof?: "after_close" | "never";
        };
        /**
         * Copy
         * @description When the copy begins; it lasts as long as its original.
         */
        Copy: {
            /**
             * @description In time_zone, or with an offset (RFC 3339).
             * @example 2026-09-01T08:00:00+08:00
             */
            starts_at: string;
            /**
             * @description Empty: that of the original.
             * @default
             */
            title?: string;
        };
        /**
         * NewOccurrence
         * @description Another window from now on; the one before takes no check-ins any more.
         */
        NewOccurrence: {
            /** @description One more than there are; one that is there stays as it is. */
            number: number;
            /**
             * @description Left out: until the activity ends as planned, at least a quarter of an hour.
             * @default null
             */
            minutes?: number | null;
        };
        /**
         * Qr
         * @description The current QR and code of an activity; fetch again after `refresh_in_s`.
         */
        Qr: {
            /** @example AbvS0mC2Xk7vYt4Qm1dJr3wZp9Ho5uLs */
            token: string;
            /** @example https://qiandao.example/q/AbvS0mC2Xk7vYt4Qm1dJr3wZp9Ho5uLs */
            url: string;
            slot: number;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            expires_at: string;
            refresh_in_s: number;
            /** @example K7M2PQ */
            code: string;
        };
        /**
         * StaffPage
         * @description A page of staff.
         */
        StaffPage: {
            staff: components["schemas"]["ActivityStaff"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * NewDisplay
         * @description A screen to make.
         */
        NewDisplay: {
            /**
             * @default qr
             * @enum {string}
             */
            kind?: "kiosk" | "qr" | "wall";
            /**
             * @default none
             * @enum {string}
             */
            show_names?: "full" | "masked" | "none";
            /**
             * @description Of a kiosk: one of the activity's gates; empty: a name of its own.
             * @default
             */
            gate?: string;
            /**
             * @description Of a kiosk: whether people check in or out there.
             * @default in
             * @enum {string}
             */
            direction?: "in" | "out";
        };
        /**
         * CreatedDisplay
         * @description A display, and the link that opens it once, within 15 minutes; nobody is told it again.
         */
        CreatedDisplay: {
            display: components["schemas"]["Display"];
            /** @example https://qiandao.example/d/K7MCFGHJ4R9XWTK7MCFG */
            url: string;
        };
        /**
         * Display
         * @description A screen as staff see it. `opened_from` is an address; `expires_at` is of the link until it is opened.
         *
         *         A kiosk is `unstaffed` once who made it is no staff of the activity any more.
         */
        Display: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            kind: ("kiosk" | "qr" | "wall") | null;
            show_names: ("full" | "masked" | "none") | null;
            state: ("ended" | "expired" | "open" | "revoked" | "unstaffed" | "waiting") | null;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            created_by: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            opened_at: string | null;
            /** @example 203.0.113.7 */
            opened_from: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            expires_at: string;
            /**
             * @description Of a kiosk: where its check-ins are made.
             * @example 签到台 1
             */
            gate: string | null;
            /** @description Of a kiosk: whether people check in or out there. */
            direction: ("in" | "out") | null;
        };
        /**
         * Displays
         * @description An activity's displays, the newest first, a hundred at most.
         */
        Displays: {
            displays: components["schemas"]["Display"][];
        };
        /**
         * DisplayPreview
         * @description What a link leads to. `is_own`: this browser opened it.
         */
        DisplayPreview: {
            state: ("ended" | "expired" | "open" | "revoked" | "unstaffed" | "waiting") | null;
            /** @example 新生讲座 */
            activity_title: string;
            is_own: boolean;
        };
        /**
         * Opening
         * @description The code of a link.
         */
        Opening: {
            /** @example K7MCFGHJ4R9XWTK7MCFG */
            code: string;
        };
        /**
         * Screen
         * @description What a browser shows that is a display.
         */
        Screen: {
            display: components["schemas"]["ShownDisplay"];
            activity: components["schemas"]["ShownActivity"];
        };
        /**
         * ShownDisplay
         * @description A screen as it knows itself: nobody of those who see it needs to know who made it.
         */
        ShownDisplay: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            kind: ("kiosk" | "qr" | "wall") | null;
            show_names: ("full" | "masked" | "none") | null;
            state: ("ended" | "expired" | "open" | "revoked" | "unstaffed" | "waiting") | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            expires_at: string;
            /**
             * @description Of a kiosk: what it is called.
             * @example 签到台 1
             */
            gate: string | null;
            /** @description Of a kiosk: whether people check in or out there. */
            direction: ("in" | "out") | null;
        };
        /**
         * ShownActivity
         * @description An activity as a screen shows it.
         */
        ShownActivity: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /** @example 新生讲座 */
            title: string;
            /** @example Asia/Shanghai */
            time_zone: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            starts_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            ends_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            opens_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            closes_at: string;
            /** @example 图书馆 */
            place_name: string;
            state: ("cancelled" | "closed" | "draft" | "published") | null;
            qr_period_s: number;
        };
        /**
         * LatestPeople
         * @description Who checked in last, the latest first; nobody where the screen shows no names.
         */
        LatestPeople: {
            people: components["schemas"]["Latest"][];
        };
        /**
         * Latest
         * @description Somebody who checked in.
         */
        Latest: {
            /** @example 王*明 */
            name: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            checked_in_at: string;
        };
        /**
         * NewTag
         * @description A tag to make. `static` says the same to everybody; `sun` is an NTAG 424 DNA, which never says the same twice.
         */
        NewTag: {
            /** @enum {string} */
            kind: "static" | "sun";
            /**
             * @description What people call it.
             * @example 前门左侧
             */
            label: string;
            /**
             * @description One of the activity's gates; empty: at none.
             * @default
             */
            gate?: string;
        };
        /**
         * CreatedTag
         * @description A tag, and what is to be written to it; nobody is told the keys of a SUN tag again.
         */
        CreatedTag: {
            tag: components["schemas"]["Tag"];
            /**
             * @description Of a SUN tag with zeros where its chip puts its own.
             * @example https://qiandao.example/n/AZI6L4wdez6fECo7TF1ufwGSOi-MHXs-nxAqO0xdbn_wcClcQW6irh7WgnE
             */
            url: string;
            /** @default null */
            sun?: components["schemas"]["Sun"] | null;
        };
        /**
         * Tag
         * @description A tag as staff see it.
         */
        Tag: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            tag_id: string;
            kind: ("static" | "sun") | null;
            /**
             * @description What people call it.
             * @example 前门左侧
             */
            label: string;
            /** @description What check-ins by it say of where they were made. */
            gate: string | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            revoked_at: string | null;
            /** @description Some seconds behind. */
            last_seen_at: string | null;
            /** @description Of a SUN tag: how often it was read, as far as is known. */
            last_counter: number | null;
            /**
             * @description Of a static tag that lives: what is written to it, now or once more.
             * @example https://qiandao.example/n/AZI6L4wdez6fECo7TF1ufwGSOi-MHXs-nxAqO0xdbn_wcClcQW6irh7WgnE
             */
            url: string | null;
        };
        /**
         * Sun
         * @description How an NTAG 424 DNA is personalised; offsets are in bytes from the beginning of its NDEF file, length included.
         *
         *         `meta_read_key` is for SDMMetaRead, `file_read_key` for SDMFileRead (NXP AN12196).
         */
        Sun: {
            /** @example https://qiandao.example/n/AZI6L4wdez6fECo7TF1ufwGSOi-MHXs-nxAqO0xdbn_wcClcQW6irh7WgnE?e=00000000000000000000000000000000&c=0000000000000000 */
            url_template: string;
            /**
             * @description 32 hex digits.
             * @example 5acc4b7a1b0f4c3d8e2f10a9b7c6d5e4
             */
            meta_read_key: string;
            /**
             * @description 32 hex digits.
             * @example 5acc4b7a1b0f4c3d8e2f10a9b7c6d5e4
             */
            file_read_key: string;
            /** @example 86 */
            picc_offset: number;
            /** @example 121 */
            mac_offset: number;
            /** @example 121 */
            mac_input_offset: number;
        };
        /**
         * Tags
         * @description An activity's tags, the living ones first, the newest of each first; a hundred at most.
         */
        Tags: {
            tags: components["schemas"]["Tag"][];
        };
        /**
         * SavedPlaces
         * @description A page of places.
         */
        SavedPlaces: {
            places: components["schemas"]["SavedPlace"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * SavedPlace
         * @description A place as `place` and `wifi` of an activity take it.
         */
        SavedPlace: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            organisation_id: string;
            place: components["schemas"]["Place"];
            wifi: components["schemas"]["AccessPoint"][];
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
        };
        /**
         * NewSavedPlace
         * @description A place to save; it needs a name.
         */
        NewSavedPlace: {
            place: components["schemas"]["NewPlace"];
            /** @default [] */
            wifi?: components["schemas"]["NewAccessPoint"][];
        };
        /**
         * SeenWifi
         * @description What a phone sees on the spot.
         */
        SeenWifi: {
            wifi: components["schemas"]["NewAccessPoint"][];
        };
        /**
         * OpenedPlaceTicket
         * @description What a browser shows and what it keeps to itself: the place goes to who has `poll_secret`.
         *
         *         `confirm_url` leads to a WeChat simulator that answers it; empty where there is none.
         */
        OpenedPlaceTicket: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            ticket: string;
            /** @example nQ5uQw0Yw0mG3m1kq0V8cS0pXk2hJb7tRfD4eZs9LaA */
            poll_secret: string;
            /** @example https://qiandao.example/c/01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f */
            qr: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            expires_at: string;
            /**
             * @description In seconds.
             * @example 120
             */
            expires_in: number;
            /** @example  */
            confirm_url: string;
        };
        /**
         * PolledPlace
         * @description What has become of a ticket; with a place once one was chosen.
         */
        PolledPlace: {
            state: ("approved" | "denied" | "expired" | "pending") | null;
            place: components["schemas"]["TicketPlace"] | null;
        };
        /**
         * TicketPlace
         * @description A place, in GCJ-02.
         */
        TicketPlace: {
            /** @example 图书馆 */
            name: string;
            /** @example 25.04 */
            latitude: number;
            /** @example 102.71 */
            longitude: number;
        };
        /**
         * ChosenPlace
         * @description A place as `wx.chooseLocation` gives it, in GCJ-02.
         */
        ChosenPlace: {
            /**
             * @default
             * @example 图书馆
             */
            name?: string;
            /** @example 25.04 */
            latitude: number;
            /** @example 102.71 */
            longitude: number;
        };
        /**
         * NewRoster
         * @description A roster to make; people are put on it afterwards.
         */
        NewRoster: {
            /** @example 2026 级新生 */
            title: string;
        };
        /**
         * Roster
         * @description A list of people whom activities may expect. `revision` grows whenever who is on it changes.
         */
        Roster: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            organisation_id: string;
            /** @example 2026 级新生 */
            title: string;
            revision: number;
            extra: components["schemas"]["ExtraColumn"][];
            /** @description How many are on it now. */
            entries: number;
            /** @description Of how many somebody said that it is them. */
            bound: number;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
        };
        /**
         * ExtraColumn
         * @description See `NewExtraColumn`.
         */
        ExtraColumn: {
            /** @example 座位 */
            heading: string;
            is_shown: boolean;
        };
        /**
         * Rosters
         * @description A page of rosters.
         */
        Rosters: {
            rosters: components["schemas"]["Roster"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * RosterChanges
         * @description What is given is said anew; of `extra` all columns, at most eight.
         */
        RosterChanges: {
            /** @example 2026 级新生 */
            title?: string;
            extra?: components["schemas"]["NewExtraColumn"][];
        };
        /**
         * NewExtraColumn
         * @description A column of what else is known of people, and whether each is shown what it says of them.
         */
        NewExtraColumn: {
            /** @example 座位 */
            heading: string;
            /** @default false */
            is_shown?: boolean;
        };
        /**
         * RosterGroups
         * @description All groups of a roster.
         */
        RosterGroups: {
            groups: components["schemas"]["RosterGroup"][];
        };
        /**
         * RosterGroup
         * @description A group and how many are in it; "" is those of none.
         */
        RosterGroup: {
            /** @example 一班 */
            group: string;
            entries: number;
        };
        /**
         * RosterEntries
         * @description A page of entries.
         */
        RosterEntries: {
            entries: components["schemas"]["RosterEntry"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * RosterEntry
         * @description A person on a roster. `bound` is null until somebody said in this organisation that it is them.
         */
        RosterEntry: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /** @example 王小明 */
            name: string;
            /** @example 2026001 */
            number: string;
            /**
             * @description Masked.
             * @example 138****0000
             */
            phone: string;
            /** @example 一班 */
            group: string;
            /** @example 第一排 */
            note: string;
            /** @description What else is known, at most eight columns by their headings. */
            extra: {
                [key: string]: string;
            };
            bound: components["schemas"]["BoundTo"] | null;
            /**
             * @description As on a label.
             * @example K7MCF-GHJ4R
             */
            entry_code: string;
        };
        /**
         * BoundTo
         * @description Who an entry is, and how that became known.
         */
        BoundTo: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            user_id: string;
            how: ("invite" | "phone" | "staff") | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            since: string;
        };
        /**
         * NewRosterEntry
         * @description A person to expect. A `phone` that is told masked stays the one that is known.
         */
        NewRosterEntry: {
            /** @example 王小明 */
            name: string;
            /**
             * @default
             * @example 2026001
             */
            number?: string;
            /**
             * @default
             * @example 13800000000
             */
            phone?: string;
            /**
             * @default
             * @example 一班
             */
            group?: string;
            /**
             * @default
             * @example 第一排
             */
            note?: string;
            /**
             * @description What else is known, at most eight columns by their headings.
             * @default {}
             */
            extra?: {
                [key: string]: string;
            };
        };
        /**
         * RosterImport
         * @description A file and what it changes, in people. `done` of `total` changes are dealt with; it lives for an hour.
         *
         *         `missing` are on the roster and not in the file: of them `removed` were taken off and `kept` have checked in.
         *         `skipped` is what somebody else changed meanwhile. `undo_until` is null where nothing can be undone.
         */
        RosterImport: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            roster_id: string;
            state: ("applied" | "applying" | "failed" | "reading" | "ready" | "undoing" | "undone") | null;
            done: number;
            total: number;
            rows: number;
            added: number;
            changed: number;
            missing: number;
            unchanged: number;
            bad: number;
            removed: number;
            kept: number;
            skipped: number;
            columns: components["schemas"]["ImportColumn"][];
            /** @description The first ten people of the file. */
            sample: components["schemas"]["ImportedPerson"][];
            error: components["schemas"]["ImportFault"] | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            undo_until: string | null;
        };
        /**
         * ImportColumn
         * @description What heads a column, and what that means; `field` is empty where it is passed over.
         */
        ImportColumn: {
            /** @example 座位 */
            heading: string;
            /**
             * @description name, number, phone, group, note or extra.
             * @example name
             */
            field: string;
        };
        /**
         * ImportedPerson
         * @description What a file says of a person.
         */
        ImportedPerson: {
            /** @example 王小明 */
            name: string;
            /** @example 2026001 */
            number: string;
            /**
             * @description Masked.
             * @example 138****0000
             */
            phone: string;
            /** @example 一班 */
            group: string;
            /** @example 第一排 */
            note: string;
            /** @description What else is known, at most eight columns by their headings. */
            extra: {
                [key: string]: string;
            };
        };
        /**
         * ImportFault
         * @description Why nothing of a file was taken, and what to do.
         */
        ImportFault: {
            /** @example FILE_XLS */
            reason: string;
            cause: string;
            cure: string;
        };
        /**
         * BadRows
         * @description A page of them.
         */
        BadRows: {
            rows: components["schemas"]["BadRow"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * BadRow
         * @description A row that was left out, where it stands, and what to do.
         */
        BadRow: {
            line: number;
            column: number;
            /** @example PHONE_MALFORMED */
            reason: string;
            cause: string;
            cure: string;
        };
        /**
         * Applying
         * @description Whether those are taken off the roster who are not in the file; who has checked in stays.
         */
        Applying: {
            /**
             * @default false
             * @example true
             */
            remove_missing?: boolean;
        };
        /**
         * OwnListing
         * @description Whether an activity has a roster, and which entry of it the caller is: null for none yet.
         */
        OwnListing: {
            is_listed: boolean;
            entry: components["schemas"]["OwnEntry"] | null;
            /** @example 高一（3）班 */
            roster_title: string;
        };
        /**
         * OwnEntry
         * @description Oneself on a roster.
         */
        OwnEntry: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /** @example 王小明 */
            name: string;
            group: string;
            shown: components["schemas"]["Shown"][];
        };
        /**
         * Shown
         * @description Something more that is known of somebody, and for them to see.
         */
        Shown: {
            /** @example 座位 */
            heading: string;
            /** @example 3 排 7 座 */
            value: string;
        };
        /**
         * PhoneCode
         * @description What the button for the phone number gives, `wx.getPhoneNumber`; it works once.
         */
        PhoneCode: {
            /** @example sim:demo */
            code: string;
        };
        /**
         * EntryInvite
         * @description A code by which one person becomes an entry, once; nobody is told it again, and a new one ends it.
         */
        EntryInvite: {
            /** @example K7MCFGHJ4R9XWT */
            code: string;
            /** @example https://qiandao.example/i/K7MCFGHJ4R9XWT */
            url: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            expires_at: string;
        };
        /**
         * EntryInvitePreview
         * @description What an invite leads to; of the name only its ends.
         */
        EntryInvitePreview: {
            /** @example 高一（3）班 */
            roster_title: string;
            /** @example 王*明 */
            name: string;
            /**
             * @description Empty while nobody can tell.
             * @example 实验中学
             */
            organisation_name: string;
        };
        /**
         * AcceptedInvite
         * @description The code of an invite.
         */
        AcceptedInvite: {
            /** @example K7MCFGHJ4R9XWT */
            code: string;
        };
        /**
         * EntryPerson
         * @description Who an entry is.
         */
        EntryPerson: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            user_id: string;
        };
        /**
         * Participation
         * @description Where the caller stands. What they say is kept for `keeps_days` after the organisation's last such activity.
         */
        Participation: {
            answer: ("coming" | "leave") | null;
            questions: components["schemas"]["Asked"][];
            /**
             * @description Empty while nobody can tell.
             * @example 实验中学
             */
            organisation_name: string;
            /** @example 180 */
            keeps_days: number;
            /** @example 核对到场人员，统计出勤 */
            purpose: string;
        };
        /**
         * Asked
         * @description What is asked, and what the caller said of it; empty where they did not.
         */
        Asked: {
            detail: ("employer" | "name" | "number" | "phone" | "text") | null;
            /** @example 衣服尺码 */
            label: string;
            /** @example 王小明 */
            said: string;
        };
        /**
         * NewAnswer
         * @description Whether the caller will come; `leave` is excused, which is never absent.
         */
        NewAnswer: {
            /** @enum {string} */
            answer: "coming" | "leave";
        };
        /**
         * NewDetails
         * @description Some of what is asked; what is left out stays, an empty value takes it back.
         */
        NewDetails: {
            details: components["schemas"]["NewDetail"][];
        };
        /**
         * NewDetail
         * @description What the caller says. A phone number is never typed: `phone_code` comes from WeChat's phone-number button.
         */
        NewDetail: {
            /** @enum {string} */
            detail: "employer" | "name" | "number" | "phone" | "text";
            /**
             * @default
             * @example 衣服尺码
             */
            label?: string;
            /**
             * @default
             * @example 王小明
             */
            value?: string;
            /** @default  */
            phone_code?: string;
        };
        /**
         * Privacy
         * @description How long an organisation keeps names, numbers and phones after its last activity with a roster or questions.
         */
        Privacy: {
            /** @example 180 */
            keeps_days: number;
            /** @example 核对到场人员，统计出勤 */
            purpose: string;
        };
        /**
         * PrivacyChange
         * @description What to change; what is left out stays.
         */
        PrivacyChange: {
            /** @example 180 */
            keeps_days?: number;
            /** @example 核对到场人员，统计出勤 */
            purpose?: string;
        };
        /**
         * DoorBundle
         * @description A page of everybody. At `expires_at` a phone forgets them.
         */
        DoorBundle: {
            people: components["schemas"]["DoorPerson"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            expires_at: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            server_time: string;
        };
        /**
         * DoorPerson
         * @description Somebody as staff at a door see them. Of a `person` the roster says nothing; a `guest` is on none.
         */
        DoorPerson: {
            kind: ("entry" | "guest" | "person") | null;
            /**
             * Format: uuid
             * @description As whom they check in: the user, where an entry is bound to one, else the entry or the guest itself.
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            user_id: string;
            entry_id: string | null;
            /** @example 王小明 */
            name: string;
            /**
             * @description Masked.
             * @example ****001
             */
            number: string;
            /**
             * @description The last four digits, or empty.
             * @example 0001
             */
            phone_tail: string;
            /** @example 一班 */
            group: string;
            extra: components["schemas"]["DoorExtra"][];
            /**
             * @description As on a label; of entries alone.
             * @example K7MCF-GHJ4R
             */
            entry_code: string;
            /** @description By which personal codes for this activity are verified, newest first; only in what a phone takes along. */
            code_keys: string[];
        };
        /**
         * DoorExtra
         * @description What else is known of somebody, and for them to see.
         */
        DoorExtra: {
            /** @example 座位 */
            heading: string;
            /** @example 3 排 7 座 */
            value: string;
        };
        /**
         * DoorPeople
         * @description At most 20 people.
         */
        DoorPeople: {
            people: components["schemas"]["DoorPerson"][];
        };
        /**
         * OwnData
         * @description What is known of the caller. Their check-ins are at `/v1/me/checkins`.
         */
        OwnData: {
            user: components["schemas"]["User"];
            organisations: components["schemas"]["Organisation"][];
            subscriptions: components["schemas"]["Standing"];
            answers: components["schemas"]["OwnAnswer"][];
            details: components["schemas"]["OwnDetail"][];
            entries: components["schemas"]["ExportedEntry"][];
        };
        /**
         * OwnAnswer
         * @description Whether the caller said that they come.
         */
        OwnAnswer: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            activity_id: string;
            answer: ("coming" | "leave") | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            answered_at: string;
        };
        /**
         * OwnDetail
         * @description What the caller told an organisation.
         */
        OwnDetail: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            organisation_id: string;
            detail: ("employer" | "name" | "number" | "phone" | "text") | null;
            /** @example 衣服尺码 */
            label: string;
            /** @example 王小明 */
            value: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            said_at: string;
        };
        /**
         * ExportedEntry
         * @description What a roster says of the caller.
         */
        ExportedEntry: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            roster_id: string;
            /** @example 王小明 */
            name: string;
            /** @example 2026001 */
            number: string;
            /** @example 13800000000 */
            phone: string;
            /** @example 一班 */
            group: string;
            /** @example 第一排 */
            note: string;
            extra: {
                [key: string]: string;
            };
        };
        /**
         * OwnCode
         * @description The keys of this period and the next; a new code is drawn every `period_s` seconds of the server's time.
         */
        OwnCode: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            user_id: string;
            keys: components["schemas"]["CodeKey"][];
            /** @example 30 */
            period_s: number;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            server_time: string;
        };
        /**
         * CodeKey
         * @description What codes are drawn with that are issued in its time.
         */
        CodeKey: {
            /**
             * @description 32 bytes, base64url.
             * @example AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8
             */
            key: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            valid_from: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            valid_until: string;
        };
        /**
         * ClientConfig
         * @description What a phone asks for at its start.
         */
        ClientConfig: {
            /** @example 0.1.0 */
            min_version: string;
            features: components["schemas"]["Features"];
            subscription_templates: components["schemas"]["Template"][];
            /**
             * @description Share of client events to send.
             * @example 0.1
             */
            event_sample_rate: number;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            server_time: string;
        };
        /**
         * Features
         * @description What a phone may send here; it leaves out everything that is not named.
         */
        Features: {
            /**
             * @example [
             *       "qr",
             *       "code",
             *       "nfc",
             *       "place"
             *     ]
             */
            checkin_methods: string[];
            /**
             * @example [
             *       "attempt_id",
             *       "method",
             *       "token"
             *     ]
             */
            checkin_fields: string[];
            /**
             * @example [
             *       "attempt_id",
             *       "user_id"
             *     ]
             */
            staff_fields: string[];
            /**
             * @example [
             *       "attempts",
             *       "cursor"
             *     ]
             */
            sync_fields: string[];
            /**
             * @example [
             *       "name",
             *       "took_ms"
             *     ]
             */
            event_fields: string[];
        };
        /**
         * Template
         * @description A message template of ours.
         */
        Template: {
            /** @example review_decided */
            name: string;
            /** @example Vn0dWq6sT1c4yXk2 */
            template_id: string;
        };
        /**
         * CheckinPage
         * @description A page of the caller's records, newest first.
         */
        CheckinPage: {
            checkins: components["schemas"]["Checkin"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * Record
         * @description One record with its sentence and what happened to it, oldest first.
         */
        Record: {
            checkin: components["schemas"]["Checkin"];
            /**
             * @description For the person.
             * @example 签到成功
             */
            message: string;
            history: components["schemas"]["Event"][];
        };
        /**
         * Event
         * @description One step in the life of a record; `reason` is what a human gave, a stale decision counted for nothing.
         *
         *         Of `marked`, `mark` is what staff say the person counts as; without one they took that back. `is_lapse`: nobody
         *         decided in time, and the activity's policy did.
         */
        Event: {
            /** @enum {string} */
            event: "annulled" | "appealed" | "approved" | "completed" | "marked" | "received" | "refused";
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            at: string;
            /** @default  */
            reason?: string;
            /** @default false */
            is_stale?: boolean;
            /** @default null */
            mark?: ("absent" | "late" | "leave" | "present") | null;
            /** @default false */
            is_lapse?: boolean;
        };
        /**
         * Appeal
         * @description The person's own word.
         */
        Appeal: {
            /** @example 我在后排，定位偏了 */
            reason: string;
        };
        /**
         * Sync
         * @description Attempts as of `POST /v1/checkins`, and the cursor of the last sync.
         */
        Sync: {
            attempts: (components["schemas"]["CheckinRequest"] | components["schemas"]["StaffAttempt"])[];
            /**
             * @description Empty: from the beginning.
             * @default
             */
            cursor?: string;
        };
        /**
         * StaffAttempt
         * @description One person whom staff checked in while there was no network.
         */
        StaffAttempt: {
            /** @description A UUIDv7, made on the phone before the first send. */
            attempt_id: string;
            /**
             * @description A user; never the caller.
             * @default
             */
            user_id?: string;
            /**
             * @description An entry of the activity's roster.
             * @default
             */
            roster_entry_id?: string;
            /**
             * @description As printed on a label.
             * @default
             */
            entry_code?: string;
            /**
             * @description What their phone shows.
             * @default
             */
            person_token?: string;
            /** @default null */
            guest?: components["schemas"]["Guest"] | null;
            /**
             * @default in
             * @enum {string}
             */
            direction?: "in" | "out";
            /** @default  */
            gate?: string;
            /**
             * @description The staff member's own.
             * @default
             */
            device_id?: string;
            /** @default null */
            claimed_at?: string | null;
            /**
             * @description From an earlier 503; when it is ours, its time of arrival holds.
             * @default
             */
            receipt?: string;
            /** @enum {string} */
            method: "staff";
            activity_id: string;
        };
        /**
         * Guest
         * @description Somebody who is not on the roster and has no WeChat.
         */
        Guest: {
            /** @description A UUIDv7, made on the staff's phone; or as it was told since. */
            id: string;
            /**
             * @description May be empty of one who is known.
             * @default
             */
            name?: string;
            /**
             * @description The last four digits of their phone; may be empty.
             * @default
             */
            phone_tail?: string;
        };
        /**
         * Synced
         * @description A result per attempt in order; records that changed since the cursor, some of them perhaps known already.
         */
        Synced: {
            results: components["schemas"]["Result"][];
            changes: components["schemas"]["Checkin"][];
            cursor: string;
            has_more: boolean;
        };
        /**
         * Result
         * @description What became of one attempt: with an `outcome` it is kept, with a `problem` it is not.
         *
         *         Without an outcome, `retryable` says whether sending it again, with the `receipt` if there is one, can help; what
         *         cannot be retried stays on the phone for the person to see. `user_id` is there for people whom staff let in.
         */
        Result: {
            attempt_id: string | null;
            outcome: ("accepted" | "annulled" | "duplicate" | "pending_review" | "provisional" | "refused" | "superseded") | null;
            retryable: boolean;
            /** @default null */
            user_id?: string | null;
            /** @default null */
            checkin?: components["schemas"]["Checkin"] | null;
            /** @default  */
            message?: string;
            /** @default null */
            problem?: components["schemas"]["Problem"] | null;
            /** @default  */
            receipt?: string;
        };
        /**
         * StaffBatch
         * @description People whom staff check in.
         */
        StaffBatch: {
            checkins: components["schemas"]["StaffCheckin"][];
        };
        /**
         * StaffCheckin
         * @description One person whom staff check in.
         */
        StaffCheckin: {
            /** @description A UUIDv7, made on the phone before the first send. */
            attempt_id: string;
            /**
             * @description A user; never the caller.
             * @default
             */
            user_id?: string;
            /**
             * @description An entry of the activity's roster.
             * @default
             */
            roster_entry_id?: string;
            /**
             * @description As printed on a label.
             * @default
             */
            entry_code?: string;
            /**
             * @description What their phone shows.
             * @default
             */
            person_token?: string;
            /** @default null */
            guest?: components["schemas"]["Guest"] | null;
            /**
             * @default in
             * @enum {string}
             */
            direction?: "in" | "out";
            /** @default  */
            gate?: string;
            /**
             * @description The staff member's own.
             * @default
             */
            device_id?: string;
            /** @default null */
            claimed_at?: string | null;
            /**
             * @description From an earlier 503; when it is ours, its time of arrival holds.
             * @default
             */
            receipt?: string;
        };
        /**
         * LetIn
         * @description A result per person, in order.
         */
        LetIn: {
            results: components["schemas"]["Result"][];
        };
        /**
         * Meant
         * @description One person whom staff mean, in exactly one of five ways.
         */
        Meant: {
            /** @description A UUIDv7, made on the phone before the first send. */
            attempt_id: string;
            /**
             * @description A user; never the caller.
             * @default
             */
            user_id?: string;
            /**
             * @description An entry of the activity's roster.
             * @default
             */
            roster_entry_id?: string;
            /**
             * @description As printed on a label.
             * @default
             */
            entry_code?: string;
            /**
             * @description What their phone shows.
             * @default
             */
            person_token?: string;
            /** @default null */
            guest?: components["schemas"]["Guest"] | null;
        };
        /**
         * Look
         * @description Somebody before they are let in: who they are, how they came before, and where they are now.
         */
        Look: {
            person: components["schemas"]["DoorPerson"];
            /** @description The record that holds their seat; null: they have not come. */
            held: components["schemas"]["DuplicateOf"] | null;
            /** @description They have not come, and nothing of them waits for a human. */
            is_first: boolean;
            is_inside: boolean;
            left_at: string | null;
            /** @description How often they came in. */
            passes: number;
            /** @description Something of them waits for a human. */
            is_pending: boolean;
            mark: ("absent" | "late" | "leave" | "present") | null;
        };
        /**
         * AtKiosk
         * @description What somebody before a kiosk shows or types: one of both codes.
         */
        AtKiosk: {
            /** @description A UUIDv7, made by the kiosk before the first send. */
            attempt_id: string;
            /**
             * @description As printed on a label.
             * @default
             */
            entry_code?: string;
            /**
             * @description What their phone shows.
             * @default
             */
            person_token?: string;
        };
        /**
         * KioskAnswer
         * @description What became of it. `person` is null for who is on no roster, was refused, or where the kiosk shows no names.
         */
        KioskAnswer: {
            /** @enum {string} */
            outcome: "accepted" | "annulled" | "duplicate" | "pending_review" | "provisional" | "refused" | "superseded";
            /**
             * @description Of the kiosk.
             * @enum {string}
             */
            direction: "in" | "out";
            reasons: ({
                reason: string;
            } & {
                [key: string]: unknown;
            })[];
            /**
             * @description For the person.
             * @example 签到成功
             */
            message: string;
            person: components["schemas"]["KioskPerson"] | null;
            checked_in_at: string | null;
            punctuality: ("early_leave" | "late" | "on_time") | null;
            late_by_s: number;
            earlier: components["schemas"]["CameEarlier"] | null;
        };
        /**
         * KioskPerson
         * @description Somebody on the activity's roster, named as the organiser chose for this kiosk.
         */
        KioskPerson: {
            /** @example 王*明 */
            name: string;
            /** @example 一班 */
            group: string;
        };
        /**
         * CameEarlier
         * @description When, and where as far as that is known, somebody came before.
         */
        CameEarlier: {
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            checked_in_at: string;
            /** @example 北门 */
            gate: string | null;
        };
        /**
         * ReviewPage
         * @description A page of cases, the longest waiting first; `cases` counts all that waits, on the first page only.
         */
        ReviewPage: {
            reviews: components["schemas"]["Review"][];
            cases: components["schemas"]["BulkCase"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * Review
         * @description A case. `is_recorded` is false while a decision is on its way; `claimed_at` is the phone's word.
         */
        Review: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /** @enum {string} */
            state: "approved" | "closed" | "pending" | "refused";
            revision: number;
            /** @example 李雷 */
            user_name: string;
            accuracy_m: number | null;
            claimed_at: string | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            received_at: string;
            is_recorded: boolean;
            checkin: components["schemas"]["Checkin"];
            history: components["schemas"]["Event"][];
            /** @description Of what waits; null: until somebody decides. */
            lapse: components["schemas"]["Lapse"] | null;
        };
        /**
         * Lapse
         * @description What becomes of what waits when nobody decides, as the activity's policy says.
         */
        Lapse: {
            /** @enum {string} */
            counts_as: "absent" | "present";
            /**
             * Format: date-time
             * @description No sooner than then; a human's word puts it off.
             * @example 2026-09-01T00:00:00.000Z
             */
            at: string;
        };
        /**
         * BulkCase
         * @description How much waits of one occurrence, and how much of that came offline.
         */
        BulkCase: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            occurrence_id: string;
            pending: number;
            pending_offline: number;
        };
        /**
         * WaitingActivities
         * @description Where something waits, the newest activity first.
         */
        WaitingActivities: {
            activities: components["schemas"]["WaitingActivity"][];
        };
        /**
         * WaitingActivity
         * @description How much waits for a human in an activity, and how much of that came offline.
         */
        WaitingActivity: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            activity_id: string;
            /** @example 新生讲座 */
            title: string;
            pending: number;
            pending_offline: number;
            /** @description The soonest; null: it waits until somebody decides. */
            lapse: components["schemas"]["Lapse"] | null;
        };
        /**
         * Queue
         * @description A page of what waits for the caller in all of an organisation, without their own attempts.
         *
         *         `count` and `activities` are on the first page only: a thousand stands for more than 999, and of activities it
         *         names the 200 where the most waits, whatever is filtered.
         */
        Queue: {
            reviews: components["schemas"]["Review"][];
            /** @example 12 */
            count: number | null;
            activities: components["schemas"]["WaitingActivity"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * Batch
         * @description One decision on many: on `items`, or on all that waits and came offline to an occurrence.
         */
        Batch: {
            /** @enum {string} */
            decision: "approve" | "refuse";
            /** @default  */
            reason?: string;
            /** @default null */
            items?: components["schemas"]["Item"][] | null;
            /** @default null */
            occurrence_id?: string | null;
            /** @default null */
            offline?: true | null;
        };
        /**
         * Item
         * @description One check-in of a decision on many, and the revision that the human saw.
         */
        Item: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /** @description The one that was looked at. */
            revision: number;
        };
        /**
         * Results
         * @description What came of a decision on many, one result for each check-in in order.
         */
        Results: {
            results: components["schemas"]["Decided"][];
        };
        /**
         * Decided
         * @description What came of one: the case, or the problem with it.
         */
        Decided: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /** @default null */
            review?: components["schemas"]["Review"] | null;
            /** @default null */
            problem?: components["schemas"]["Problem"] | null;
        };
        /**
         * Tries
         * @description What one person tried at an activity, the last first; 50 at most.
         */
        Tries: {
            tries: components["schemas"]["Review"][];
        };
        /**
         * Approval
         * @description A yes; a reason may go with it.
         */
        Approval: {
            /** @description The one that was looked at. */
            revision: number;
            /** @default  */
            reason?: string;
        };
        /**
         * Refusal
         * @description A no, which needs a reason: the person reads it.
         */
        Refusal: {
            /** @description The one that was looked at. */
            revision: number;
            /** @example 不在现场 */
            reason: string;
        };
        /**
         * Annulment
         * @description Taking an accepted check-in back. Without a revision: as it is now.
         */
        Annulment: {
            /** @example 不在现场 */
            reason: string;
            /** @default null */
            revision?: number | null;
        };
        /**
         * Marks
         * @description One mark for many; `none` takes marks back, `only_unset` leaves alone who is checked in or marked already.
         */
        Marks: {
            /** @enum {string} */
            mark: "absent" | "late" | "leave" | "none" | "present";
            /** @example 不在现场 */
            reason: string;
            people: components["schemas"]["Somebody"][];
            /** @default null */
            occurrence_id?: string | null;
            /** @default false */
            only_unset?: boolean;
        };
        /**
         * Somebody
         * @description Whom a mark is about: somebody the organisation knows, an entry of the activity's roster, or a guest of it.
         */
        Somebody: {
            /** @default null */
            user_id?: string | null;
            /** @default null */
            roster_entry_id?: string | null;
            /** @default null */
            guest_id?: string | null;
        };
        /**
         * MarkResults
         * @description What came of each, in order.
         */
        MarkResults: {
            results: components["schemas"]["Marked"][];
        };
        /**
         * Marked
         * @description What one counts as now, or the problem with it; `revision` is null while the mark is on its way.
         */
        Marked: {
            user_id: string | null;
            mark: ("absent" | "late" | "leave" | "present") | null;
            revision: number | null;
            /** @description They were checked in or marked already, and only_unset. */
            is_skipped: boolean;
            /** @default null */
            problem?: components["schemas"]["Problem"] | null;
        };
        /**
         * Stats
         * @description The numbers of a window of an activity: people, not rows.
         *
         *         `expected` is how many are on the roster, or the `expected_count` of an open activity; null where there is neither,
         *         and where nobody can tell, which is `stale`. Then what is counted against it is null too. `came` are those of them
         *         who are checked in, `leave` those who asked for leave and did not come, `not_yet` the others. These are `absent`
         *         once a phone can bring nothing from before the close; it is null until then. `rate` is came / (expected - leave).
         */
        Stats: {
            expected: number | null;
            came: number | null;
            leave: number | null;
            not_yet: number | null;
            absent: number | null;
            /** @example 0.5 */
            rate: number | null;
            by_group: components["schemas"]["GroupCount"][];
            checked_in: number;
            inside: number;
            pending_review: number;
            provisional: number;
            refused: number;
            late: number;
            over_capacity: number;
            by_minute: components["schemas"]["MinuteCount"][];
            /**
             * @example {
             *       "qr": 1
             *     }
             */
            by_method: {
                [key: string]: number;
            };
            /**
             * @example {
             *       "北门": 1
             *     }
             */
            by_gate: {
                [key: string]: number;
            };
            /**
             * @example {
             *       "FENCE_OUTSIDE": 1
             *     }
             */
            by_reason: {
                [key: string]: number;
            };
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            as_of: string;
            stale: boolean;
            /** @description The window that these are of. */
            occurrence_id: string | null;
        };
        /**
         * GroupCount
         * @description People of one group of a roster; `group` is empty for those without one.
         */
        GroupCount: {
            /** @example 一班 */
            group: string;
            expected: number;
            came: number;
            leave: number;
            absent: number | null;
        };
        /**
         * MinuteCount
         * @description People who came in `span_s` from a minute on: longer ago than two hours by 15 minutes, than a day by 4 hours.
         */
        MinuteCount: {
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            minute: string;
            count: number;
            /** @example 60 */
            span_s: number;
        };
        /**
         * People
         * @description A page of people.
         */
        People: {
            people: components["schemas"]["Person"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * Person
         * @description One person in an activity; `status` is null for who is expected, has not tried, and may still come.
         */
        Person: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            user_id: string;
            /** @example 李雷 */
            name: string;
            status: ("absent" | "checked_in" | "pending_review" | "provisional" | "refused") | null;
            /** @example on_time */
            punctuality: string | null;
            checked_in_at: string | null;
            /** @example qr */
            method: string | null;
            /** @example 北门 */
            gate: string | null;
            /**
             * @example [
             *       "LATE"
             *     ]
             */
            reasons: string[];
            is_inside: boolean;
            /** @description null: they have not left, or have come back. */
            left_at: string | null;
            left_early: boolean;
            /** @description Whether they are on the roster; null: there is none to read. */
            is_listed: boolean | null;
            /** @description The user_id too, while nobody knows who it is. */
            entry_id: string | null;
            /** @example 2026001 */
            number: string;
            /** @example 一班 */
            group: string;
            answer: ("coming" | "leave") | null;
            /** @description What staff say they count as; status, punctuality and answer follow it, whatever they did. */
            mark: ("absent" | "late" | "leave" | "present") | null;
            /**
             * @description One for each question, or none.
             * @example [
             *       "李雷"
             *     ]
             */
            details: string[];
        };
        /**
         * NewExport
         * @description What somebody wants in a file, of an activity or of an organisation's period.
         *
         *         `people`, `checkins` and `register` are tables, as xlsx or csv; the others are papers, as pdf. `organisation` is of
         *         an organisation's period, `register` of either, all others of one activity.
         */
        NewExport: {
            /** @enum {string} */
            report: "activity" | "checkins" | "organisation" | "people" | "proof" | "register" | "sign_sheet";
            /** @enum {string} */
            format: "csv" | "pdf" | "xlsx";
            /** @default null */
            activity_id?: string | null;
            /** @default null */
            organisation_id?: string | null;
            /**
             * @description In the order of the file; none: all but phones.
             * @default []
             * @example [
             *       "name",
             *       "status",
             *       "checked_in_at"
             *     ]
             */
            columns?: string[];
            filters?: components["schemas"]["ExportFilter"];
            /**
             * @description Of organisations and of pdf when occurrences open, else when people came. `from` is included, `to` is not.
             * @default null
             */
            from?: string | null;
            /** @default null */
            to?: string | null;
            /**
             * @description Phones whole; for organisers, who fetched it is kept.
             * @default false
             */
            shows_phones?: boolean;
            /**
             * @description Of the report proof alone.
             * @default null
             */
            proof?: components["schemas"]["ProofWish"] | null;
            /**
             * @description IANA: where `from` and `to` are the ends of days; empty: China's.
             * @default
             */
            time_zone?: string;
        };
        /**
         * ExportFilter
         * @description Whom to write, as lists of people are filtered; what is left out asks for nothing.
         */
        ExportFilter: {
            /** @default null */
            status?: ("absent" | "checked_in" | "pending_review" | "provisional" | "refused") | null;
            /** @default  */
            q?: string;
            /** @default null */
            method?: ("code" | "nfc" | "place" | "qr" | "staff") | null;
            /** @default  */
            reason?: string;
            /** @default  */
            gate?: string;
            /** @default null */
            punctuality?: ("early_leave" | "late" | "on_time") | null;
            /** @default  */
            group?: string;
            /** @default null */
            answer?: ("coming" | "leave") | null;
            /**
             * @description One of the activity's `occurrences`; left out: the newest that has opened.
             * @default null
             */
            occurrence_id?: string | null;
        };
        /**
         * ProofWish
         * @description For whom there is to be a proof: who came often and long enough, of everybody or of some.
         */
        ProofWish: {
            /**
             * @description 0: once is enough.
             * @default 0
             */
            minimum_sessions?: number;
            /**
             * @description From coming to leaving, of all occurrences together; 0: it is not asked.
             * @default 0
             */
            minimum_minutes?: number;
            /**
             * @description As lists of people tell them; none: everybody.
             * @default []
             */
            user_ids?: string[];
        };
        /**
         * Export
         * @description A file on its way.
         *
         *         `reason` says why it failed, or what a running one waits for. A file is erased at `expires_at`.
         */
        Export: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /** @enum {string} */
            report: "activity" | "checkins" | "organisation" | "people" | "proof" | "register" | "sign_sheet";
            /** @enum {string} */
            format: "csv" | "pdf" | "xlsx";
            activity_id: string | null;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            organisation_id: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            user_id: string;
            shows_phones: boolean;
            /** @enum {string} */
            state: "cancelled" | "done" | "expired" | "failed" | "queued" | "running";
            /** @description 0 to 100. */
            progress: number;
            row_count: number;
            file_bytes: number;
            /** @example 周会 人员名单 20260901-0800.xlsx */
            file_name: string;
            /** @example STORAGE_FULL */
            reason: string | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            finished_at: string | null;
            expires_at: string | null;
        };
        /**
         * Exports
         * @description A page of exports.
         */
        Exports: {
            exports: components["schemas"]["Export"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
        };
        /**
         * ExportColumns
         * @description What a report can show, and what the caller chose last; none: nothing yet.
         */
        ExportColumns: {
            /**
             * @example [
             *       "name",
             *       "status",
             *       "checked_in_at"
             *     ]
             */
            columns: string[];
            /**
             * @example [
             *       "name",
             *       "status",
             *       "checked_in_at"
             *     ]
             */
            chosen: string[];
        };
        /**
         * OwnProof
         * @description A proof on its way; `reason` says why it failed, or what a running one waits for.
         */
        OwnProof: {
            /** @enum {string} */
            state: "cancelled" | "done" | "expired" | "failed" | "queued" | "running";
            /** @description 0 to 100. */
            progress: number;
            file_bytes: number;
            /** @example 新生讲座 参会证明 20260901-1030.pdf */
            file_name: string;
            /** @example NOBODY_QUALIFIES */
            reason: string | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            expires_at: string | null;
        };
        /**
         * ExportSchedules
         * @description All of an organisation, the newest first.
         */
        ExportSchedules: {
            schedules: components["schemas"]["ExportSchedule"][];
        };
        /**
         * ExportSchedule
         * @description A schedule; `paused_reason` says why it paused itself, and saying it anew has it go on.
         */
        ExportSchedule: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            organisation_id: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            user_id: string;
            /** @example 每周出勤 */
            title: string;
            /** @enum {string} */
            report: "activity" | "checkins" | "organisation" | "people" | "proof" | "register" | "sign_sheet";
            /** @enum {string} */
            format: "csv" | "pdf" | "xlsx";
            activity_id: string | null;
            columns: string[];
            /**
             * @example {
             *       "status": null,
             *       "q": "",
             *       "method": null,
             *       "reason": "",
             *       "gate": "",
             *       "punctuality": null,
             *       "group": "",
             *       "answer": null,
             *       "occurrence_id": null
             *     }
             */
            filters: components["schemas"]["ExportFilter"];
            /** @enum {string} */
            rhythm: "after_close" | "daily" | "weekly";
            /**
             * @description Of daily and weekly, in time_zone.
             * @example 18:00
             */
            time: string;
            /** @description 1 is Monday; of weekly. */
            weekday: number;
            /**
             * @description IANA; empty: that of the activity, or China's.
             * @example Asia/Shanghai
             */
            time_zone: string;
            to_inbox: boolean;
            webhook_ids: string[];
            paused: boolean;
            /** @example OWNER_LOST_RIGHT */
            paused_reason: string | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            next_due_at: string | null;
            last_run_at: string | null;
            last_export_id: string | null;
        };
        /**
         * ExportPlan
         * @description What is made, when, and who is told.
         *
         *         Of the organisation a `register` of what it held since the last time; with `activity_id` that activity as it is by
         *         then. `after_close` makes it of each activity of the organisation (or of the one named) once it is settled.
         */
        ExportPlan: {
            /** @example 每周出勤 */
            title: string;
            /** @enum {string} */
            report: "activity" | "checkins" | "organisation" | "people" | "proof" | "register" | "sign_sheet";
            /** @enum {string} */
            format: "csv" | "pdf" | "xlsx";
            /** @default null */
            activity_id?: string | null;
            /**
             * @default []
             * @example [
             *       "name",
             *       "status"
             *     ]
             */
            columns?: string[];
            filters?: components["schemas"]["ExportFilter"];
            /** @enum {string} */
            rhythm: "after_close" | "daily" | "weekly";
            /**
             * @description Of daily and weekly, in time_zone.
             * @default 00:00
             * @example 18:00
             */
            time?: string;
            /**
             * @description 1 is Monday; of weekly.
             * @default 1
             */
            weekday?: number;
            /**
             * @description IANA; empty: that of the activity, or China's.
             * @default
             * @example Asia/Shanghai
             */
            time_zone?: string;
            /**
             * @description Of whoever said so last.
             * @default true
             */
            to_inbox?: boolean;
            /** @default [] */
            webhook_ids?: string[];
            /** @default false */
            paused?: boolean;
        };
        /**
         * Inbox
         * @description A page of an inbox, the newest first.
         */
        Inbox: {
            messages: components["schemas"]["InboxMessage"][];
            /**
             * @description Empty: this is the last page.
             * @example
             */
            next_page_token: string;
            unread_count: number;
        };
        /**
         * InboxMessage
         * @description Something to know. `title` is what the schedule, or the robot, is called.
         */
        InboxMessage: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /** @enum {string} */
            kind: "delivery_failed" | "export_failed" | "export_ready" | "schedule_paused";
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            organisation_id: string;
            export_id: string | null;
            /** @example 每周出勤 */
            title: string;
            /** @example OWNER_LOST_RIGHT */
            reason: string | null;
            figures: components["schemas"]["InboxFigures"] | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            read_at: string | null;
        };
        /**
         * InboxFigures
         * @description What a file is about, in numbers; `expected` is 0 where nobody knows.
         */
        InboxFigures: {
            expected: number;
            came: number;
            leave: number;
        };
        /**
         * ReadMessages
         * @description What somebody has read; left out: all.
         */
        ReadMessages: {
            /** @default null */
            message_id?: string | null;
        };
        /**
         * Unread
         * @description What is left.
         */
        Unread: {
            unread_count: number;
        };
        /**
         * Webhooks
         * @description All of an organisation, the newest first.
         */
        Webhooks: {
            webhooks: components["schemas"]["Webhook"][];
        };
        /**
         * Webhook
         * @description A robot; its key is never told, save its last four characters.
         */
        Webhook: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            id: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            organisation_id: string;
            /** @enum {string} */
            kind: "dingtalk" | "feishu" | "wecom";
            /** @example 教务群 */
            label: string;
            /** @example 5aaa */
            key_tail: string;
            is_signed: boolean;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            created_at: string;
            last_at: string | null;
            /**
             * @description Of what it was last to say.
             * @example SENT
             */
            last_result: string | null;
        };
        /**
         * NewWebhook
         * @description A robot of a group chat.
         */
        NewWebhook: {
            /** @enum {string} */
            kind: "dingtalk" | "feishu" | "wecom";
            /** @example 教务群 */
            label: string;
            /**
             * @description As the chat shows it, with its key.
             * @example https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa
             */
            url: string;
            /**
             * @description Of a robot that asks for signatures; empty: it does not.
             * @default
             */
            secret?: string;
        };
        /**
         * WebhookChange
         * @description What a robot is called; with `url` where it is from now on, with `secret` alone by what it is signed there.
         */
        WebhookChange: {
            /** @example 教务群 */
            label: string;
            /**
             * @description Empty: it stays.
             * @default
             * @example https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa
             */
            url?: string;
            /**
             * @description Empty: it stays; with a url there is none.
             * @default
             */
            secret?: string;
        };
        /**
         * Trends
         * @description How many came over time.
         *
         *         `counting` occurrences are still being counted against their rosters: ask again, each answer counts some. While
         *         `is_filling`, history from before there was any is missing.
         */
        Trends: {
            period: components["schemas"]["TrendPeriod"];
            compared: components["schemas"]["TrendPeriod"] | null;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            as_of: string;
            counting: number;
            is_filling: boolean;
        };
        /**
         * TrendPeriod
         * @description A period and its points; groups of fewer than five people are shown to owners alone.
         */
        TrendPeriod: {
            /** @example 2026-09-01 */
            from: string;
            /** @example 2026-09-01 */
            to: string;
            activity_id: string | null;
            whole: components["schemas"]["Figures"];
            points: components["schemas"]["TrendPoint"][];
            curves: components["schemas"]["ArrivalCurve"][];
            hidden_groups: number;
            /** @description Points beyond the 400 that are shown. */
            more: number;
        };
        /**
         * Figures
         * @description People, summed over occurrences.
         *
         *         `expected`, `came` and `leave` are of the `counted` occurrences, of which it is known how many are expected, and
         *         null where there are none. `rate` is came / (expected - leave).
         */
        Figures: {
            occurrences: number;
            counted: number;
            expected: number | null;
            came: number | null;
            leave: number | null;
            /** @example 0.93 */
            rate: number | null;
            checked_in: number;
            late: number;
            doubtful: number;
            refused: number;
            provisional: number;
            /**
             * @example {
             *       "qr": 1
             *     }
             */
            by_method: {
                [key: string]: number;
            };
        };
        /**
         * TrendPoint
         * @description The sum of the occurrences that belong together; `title` is that of an activity.
         */
        TrendPoint: {
            /**
             * @description A day, the Monday of a week, 1 (Monday) to 7, 00 to 23, an activity's id, or a group's name.
             * @example 2026-09-01
             */
            key: string;
            title: string;
            figures: components["schemas"]["Figures"];
        };
        /**
         * ArrivalCurve
         * @description How people came to one occurrence, in steps of `step_min` minutes.
         */
        ArrivalCurve: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            occurrence_id: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            activity_id: string;
            title: string;
            time_zone: string;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            starts_at: string;
            step_min: number;
            steps: components["schemas"]["ArrivalStep"][];
        };
        /**
         * ArrivalStep
         * @description How many came from `offset_min` minutes after the start on; negative before it.
         */
        ArrivalStep: {
            /** @example -10 */
            offset_min: number;
            count: number;
        };
        /**
         * Quality
         * @description How well checking in works; advice is told to owners and organisers alone.
         */
        Quality: {
            /** @example 2026-09-01 */
            from: string;
            /** @example 2026-09-01 */
            to: string;
            whole: components["schemas"]["QualityFigures"];
            over_time: components["schemas"]["QualityPoint"][];
            by_activity: components["schemas"]["QualityPoint"][];
            advice: components["schemas"]["Advice"][];
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            as_of: string;
            is_filling: boolean;
        };
        /**
         * QualityFigures
         * @description People, summed over occurrences, and what a sample of phones measured.
         *
         *         `success_rate` is checked_in / tried, `anomaly_rate` anomalous / tried. A scan that named no activity of ours is
         *         counted nowhere.
         */
        QualityFigures: {
            occurrences: number;
            tried: number;
            checked_in: number;
            tried_again: number;
            /** @example 0.93 */
            success_rate: number | null;
            doubtful: number;
            refused: number;
            provisional: number;
            offline: number;
            by_staff: number;
            anomalous: number;
            /** @example 0.93 */
            anomaly_rate: number | null;
            location_denied: number;
            location_missing: number;
            location_uncertain: number;
            outside: number;
            wifi_missing: number;
            wifi_mismatch: number;
            qr_expired: number;
            slot_age_s: components["schemas"]["Bucket"][];
            accuracy_m: components["schemas"]["Bucket"][];
            distance_m: components["schemas"]["Bucket"][];
            /** @description Of those outside whom a human let in. */
            honest_outside_m: components["schemas"]["Bucket"][];
            /** @description Of how many check-ins phones told how long they took. */
            answers: number;
            answer_mean_ms: number | null;
            answer_p95_ms: number | null;
            scans_failed: number;
            scans_cancelled: number;
            locates: number;
            locates_failed: number;
        };
        /**
         * Bucket
         * @description How many were up to a bound, and above the one before; null: above all.
         */
        Bucket: {
            up_to: number | null;
            count: number;
        };
        /**
         * QualityPoint
         * @description The quality of a day, of a week from its Monday on, or of an activity.
         */
        QualityPoint: {
            /**
             * @description A day, the Monday of a week, 1 (Monday) to 7, 00 to 23, an activity's id, or a group's name.
             * @example 2026-09-01
             */
            key: string;
            title: string;
            figures: components["schemas"]["QualityFigures"];
        };
        /**
         * Advice
         * @description What would make it better, and the numbers behind it.
         *
         *         `change` is a body of `PATCH /v1/activities/{activity_id}` but for its revision; null where no setting would do.
         */
        Advice: {
            /** @example FENCE_WIDER */
            code: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            activity_id: string;
            title: string;
            /**
             * @example {
             *       "people": 12,
             *       "share": 0.2
             *     }
             */
            numbers: {
                [key: string]: number;
            };
            /**
             * @example {
             *       "place": {
             *         "radius_m": 500
             *       }
             *     }
             */
            change: Record<string, never> | null;
            is_dismissed: boolean;
        };
        /**
         * Dismissal
         * @description A piece of advice that is not to be seen, or to be seen again.
         */
        Dismissal: {
            code: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            activity_id: string;
            /** @default true */
            dismissed?: boolean;
        };
        /**
         * Behaviour
         * @description How the people of one roster behave, over the occurrences that are over.
         */
        Behaviour: {
            /** @example 2026-09-01 */
            from: string;
            /** @example 2026-09-01 */
            to: string;
            roster_id: string | null;
            rosters: components["schemas"]["RosterUse"][];
            occurrences: number;
            people: number;
            findings: components["schemas"]["Finding"][];
            absent: components["schemas"]["AbsentPerson"][];
            absent_people: number;
            /** @description People by tenths of what they could come to, 0 to 10. */
            by_regularity: number[];
            series: components["schemas"]["SeriesStep"][];
            groups: components["schemas"]["GroupBehaviour"][];
            hidden_groups: number;
            /** @description In steps of five minutes. */
            habits: components["schemas"]["ArrivalStep"][];
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            as_of: string;
        };
        /**
         * RosterUse
         * @description A roster that occurrences of the period have; `title` is that of its latest activity.
         */
        RosterUse: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            roster_id: string;
            occurrences: number;
            title: string;
        };
        /**
         * Finding
         * @description A word, of which screens make a sentence with its numbers.
         */
        Finding: {
            /** @example DROP_OFF */
            code: string;
            /**
             * @example {
             *       "from_rate": 0.95
             *     }
             */
            numbers: {
                [key: string]: number;
            };
            /**
             * @example {
             *       "group": "一班"
             *     }
             */
            words: {
                [key: string]: string;
            };
        };
        /**
         * AbsentPerson
         * @description Who was absent three times or more to the last; leave is no absence, and breaks no row.
         */
        AbsentPerson: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            entry_id: string;
            name: string;
            number: string;
            group: string;
            in_a_row: number;
            /** @description null: not in this period. */
            last_came: string | null;
        };
        /**
         * SeriesStep
         * @description One occurrence of the roster.
         */
        SeriesStep: {
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            occurrence_id: string;
            /**
             * Format: uuid
             * @example 01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f
             */
            activity_id: string;
            /** @example 2026-09-01 */
            day: string;
            title: string;
            expected: number;
            came: number;
            leave: number;
            /** @example 0.93 */
            rate: number | null;
        };
        /**
         * GroupBehaviour
         * @description A group of the roster, summed over occurrences; one of fewer than five people is shown to owners alone.
         */
        GroupBehaviour: {
            group: string;
            people: number;
            expected: number;
            came: number;
            leave: number;
            /** @example 0.93 */
            rate: number | null;
            late: number;
            absent_people: number;
        };
        /**
         * Cohorts
         * @description Who began to collect points, by week; a cohort of fewer than five people is shown to owners alone.
         */
        Cohorts: {
            /** @example 2026-09-01 */
            from: string;
            /** @example 2026-09-01 */
            to: string;
            cohorts: components["schemas"]["Cohort"][];
            funnel: components["schemas"]["Funnel"];
            hidden_cohorts: number;
            /**
             * Format: date-time
             * @example 2026-09-01T00:00:00.000Z
             */
            as_of: string;
        };
        /**
         * Cohort
         * @description Who checked in for the first time in the week of a Monday, and how many of them did again, so many days later.
         *
         *         Null while that day is not over for all of them.
         */
        Cohort: {
            /** @example 2026-09-01 */
            week: string;
            people: number;
            day_1: number | null;
            day_7: number | null;
            day_30: number | null;
        };
        /**
         * Funnel
         * @description Who began, and came again on the seventh day after; of the cohorts of which that day is over.
         */
        Funnel: {
            first: number;
            day_7: number;
            /** @example 0.93 */
            rate: number | null;
        };
        /**
         * ClientEvents
         * @description Events that a phone has kept since it last told.
         */
        ClientEvents: {
            events: components["schemas"]["ClientEvent"][];
        };
        /**
         * ClientEvent
         * @description Something that happened on a phone.
         */
        ClientEvent: {
            /** @enum {string} */
            name: "locate" | "locate_failed" | "scan_cancelled" | "scan_failed" | "sync" | "tap_to_answer";
            /** @default null */
            took_ms?: number | null;
            /**
             * @default
             * @enum {string}
             */
            reason?: "" | "denied" | "failed" | "interrupted" | "not_ours" | "offline" | "timeout" | "unsupported";
            /**
             * @default other
             * @enum {string}
             */
            platform?: "android" | "devtools" | "ios" | "ohos" | "other";
            /**
             * @description Where the phone knows it: then its organiser sees it too.
             * @default null
             */
            activity_id?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
