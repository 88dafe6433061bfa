/** What the API takes and answers. Generated: `make api`. */

export interface paths {
    "/v1/activities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Activities
         * @description Activities of one organisation, or of all the caller belongs to.
         */
        get: operations["list_activities_v1_activities_get"];
        put?: never;
        /**
         * Create Activity
         * @description Creates a draft.
         */
        post: operations["create_activity_v1_activities_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Activity
         * @description One activity.
         */
        get: operations["get_activity_v1_activities__activity_id__get"];
        /**
         * Update Activity
         * @description Changes a draft, or a published activity as of now: what is left out stays, null takes away.
         *
         *     Whoever has not seen the newest revision gets a 409 REVISION_STALE whose `errors` name what was changed meanwhile.
         *     Once published, kind, time_zone and strict stay as they are.
         */
        put: operations["update_activity_v1_activities__activity_id__put"];
        post?: never;
        /**
         * Delete Activity
         * @description Takes a draft away; what was published is cancelled or closed instead.
         */
        delete: operations["delete_activity_v1_activities__activity_id__delete"];
        options?: never;
        head?: never;
        /**
         * Update Activity
         * @description Changes a draft, or a published activity as of now: what is left out stays, null takes away.
         *
         *     Whoever has not seen the newest revision gets a 409 REVISION_STALE whose `errors` name what was changed meanwhile.
         *     Once published, kind, time_zone and strict stay as they are.
         */
        patch: operations["update_activity_v1_activities__activity_id__patch"];
        trace?: never;
    };
    "/v1/activities/{activity_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel Activity
         * @description Calls an activity off.
         */
        post: operations["cancel_activity_v1_activities__activity_id__cancel_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/checkins/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let In
         * @description Checks people in for owner, organiser and staff; each has an answer of their own.
         */
        post: operations["let_in_v1_activities__activity_id__checkins_batch_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Close Activity
         * @description Ends an activity before its time.
         */
        post: operations["close_activity_v1_activities__activity_id__close_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/copy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Copy Activity
         * @description A new draft that says the same of another time.
         */
        post: operations["copy_activity_v1_activities__activity_id__copy_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/displays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Displays
         * @description Which screens show an activity, and what became of the others; for staff and above.
         */
        get: operations["list_displays_v1_activities__activity_id__displays_get"];
        put?: never;
        /**
         * Create Display
         * @description A link to a screen, for staff and above; an activity has at most 20 that are open or may be.
         *
         *     A repeat makes another link: the first is told once.
         */
        post: operations["create_display_v1_activities__activity_id__displays_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/displays/{display_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke Display
         * @description Ends a display, or its link, for good; its screen goes dark within 10 s.
         */
        delete: operations["revoke_display_v1_activities__activity_id__displays__display_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/door/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look At Door
         * @description Shows somebody to owner, organiser and staff before they are let in by the attempt that is named.
         *
         *     A personal code belongs to that attempt from then on. Nobody is written down by a look.
         */
        post: operations["look_at_door_v1_activities__activity_id__door_look_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/door/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Door People
         * @description Everybody on the activity's roster and every guest, for its staff; with what verifies their personal codes.
         */
        get: operations["list_door_people_v1_activities__activity_id__door_people_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/door/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search Door People
         * @description Entries of the activity's roster and its guests, for its staff.
         */
        get: operations["search_door_people_v1_activities__activity_id__door_search_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Live
         * @description A `stats` event, then `stats` and `checkin` events as they happen; resumes after `Last-Event-ID`.
         *
         *     The first `stats` is what `/stats` answers. A later one carries `is_partial: true`, and in `by_minute` only what
         *     changed since the one before; what is gone counts 0. A `reset` says that events are lost: forget what you show, take
         *     the whole `stats` that follows, and read `/people` again. Numbers are of one window; where none is named they go on
         *     with the next one that opens. `checkin` events are of all, and each says of which. An `activity` event tells its
         *     revision, as the stream begins and within 5 s of a change: read it and its QR again. A display gets no `checkin`
         *     events.
         */
        get: operations["live_v1_activities__activity_id__live_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/marks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mark People
         * @description Says what up to 200 people count as, whatever they did: a decision with a reason, never of oneself.
         *
         *     What happened stays as it is; numbers and lists follow the mark until it is taken back. Each person reads it in the
         *     history of their record.
         */
        post: operations["mark_people_v1_activities__activity_id__marks_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Participation
         * @description The caller's answer, what the activity asks of whoever was accepted, and what becomes of it.
         */
        get: operations["get_participation_v1_activities__activity_id__me_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/me/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set Answer
         * @description Says whether the caller comes, until the activity ends; from its start on nobody changes back to coming.
         *
         *     Too late is a 409 ANSWER_LATE.
         */
        put: operations["set_answer_v1_activities__activity_id__me_answer_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/me/details": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say Details
         * @description Says what the activity asks; its organisation remembers it for the next one that asks the same.
         */
        put: operations["say_details_v1_activities__activity_id__me_details_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/me/entry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Own Entry
         * @description Which entry of an activity's roster the caller is.
         */
        get: operations["own_entry_v1_activities__activity_id__me_entry_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/me/phone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bind Phone
         * @description Makes the caller the entry that has their number, as WeChat verified it; 404 PHONE_NOT_LISTED for none.
         */
        post: operations["bind_phone_v1_activities__activity_id__me_phone_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/me/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Own Proof
         * @description How far the latest is that the caller asked for; 404 PROOF_NOT_ASKED where they asked for none.
         */
        get: operations["get_own_proof_v1_activities__activity_id__me_proof_get"];
        /**
         * Ask For Own Proof
         * @description Has a proof made that the caller came, and for how long, of what has closed; asked again, the same one.
         *
         *     For whoever was accepted: else 404 NOT_ATTENDED, 409 CHECKIN_UNDECIDED or STILL_OPEN; 403 OWN_PROOF_NEVER where
         *     `policy.own_proof` leaves proofs to organisers, 429 PROOFS_QUEUED where too many wait. GET says when it is `done`.
         */
        put: operations["ask_for_own_proof_v1_activities__activity_id__me_proof_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/me/proof/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download Own Proof
         * @description The PDF, once it is `done`, while the caller may have it: refused as where it is asked for.
         */
        get: operations["download_own_proof_v1_activities__activity_id__me_proof_file_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/nfc-tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Nfc Tags
         * @description Which tags an activity has, and when each was last seen; for staff and above.
         */
        get: operations["list_nfc_tags_v1_activities__activity_id__nfc_tags_get"];
        put?: never;
        /**
         * Create Nfc Tag
         * @description What is to be written to a new tag, for staff and above; at most 50 of an activity live, else TOO_MANY_TAGS.
         *
         *     A repeat makes another tag. By a `static` one people check in whom fence or Wi-Fi proves to be there; of others a
         *     human is asked.
         */
        post: operations["create_nfc_tag_v1_activities__activity_id__nfc_tags_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/nfc-tags/{tag_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke Nfc Tag
         * @description Has nobody check in by a tag any more; a repeat is as good.
         */
        delete: operations["revoke_nfc_tag_v1_activities__activity_id__nfc_tags__tag_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/occurrences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open Occurrence
         * @description Opens another window of a published activity, for owner and organiser: whoever came checks in once more.
         *
         *     Its QR is on every screen at once, and the one before counts for nothing new; what waited on phones still counts
         *     for the window in which it was made. An activity has at most 12.
         */
        post: operations["open_occurrence_v1_activities__activity_id__occurrences_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List People
         * @description Who is where in an activity, filtered.
         *
         *     `status=absent` lists who is expected, holds no seat and asked for no leave, from the opening on. It comes in the
         *     order of the roster, and so does what `answer` asks for, with those who have not tried. `details=missing` are those
         *     checked in who have not said all that is asked of them.
         */
        get: operations["list_people_v1_activities__activity_id__people_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/people/{user_id}/tries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tries
         * @description What one person tried at an activity and why each reads as it does; of who never tried nothing.
         */
        get: operations["list_tries_v1_activities__activity_id__people__user_id__tries_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/people/draw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Draw People
         * @description Some of those inside now, drawn by lot from all of them.
         *
         *     Fewer come where not so many are inside, or most of those who came have left; the token leads to others.
         */
        get: operations["draw_people_v1_activities__activity_id__people_draw_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish Activity
         * @description Opens a draft to check-ins.
         */
        post: operations["publish_activity_v1_activities__activity_id__publish_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/qr": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Qr
         * @description The current QR, for owner, organiser and staff, and for a display of the activity.
         */
        get: operations["get_qr_v1_activities__activity_id__qr_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/qr.png": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Qr Png
         * @description The current QR as PNG.
         */
        get: operations["get_qr_png_v1_activities__activity_id__qr_png_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/qr.svg": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Qr Svg
         * @description The current QR as SVG.
         */
        get: operations["get_qr_svg_v1_activities__activity_id__qr_svg_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/qr/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke Qr
         * @description A new epoch and a new code: every QR shown before is refused from now on.
         */
        post: operations["revoke_qr_v1_activities__activity_id__qr_revoke_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/rehearsal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rehearse Activity
         * @description A hidden activity in which a draft can be tried end to end, from now on; nothing of it counts.
         *
         *     It is cancelled when the draft is published, called off, deleted or tried again.
         */
        post: operations["rehearse_activity_v1_activities__activity_id__rehearsal_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reopen Activity
         * @description Lets a closed activity take check-ins again, within its window.
         */
        post: operations["reopen_activity_v1_activities__activity_id__reopen_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/sign-sheet.pdf": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Print Sign Sheet
         * @description A list to sign on A4: everybody on the activity's roster, then empty rows; for its staff, of 3,000 at most.
         */
        get: operations["print_sign_sheet_v1_activities__activity_id__sign_sheet_pdf_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/staff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Activity Staff
         * @description Who is staff of the activity alone, for its staff and those of the organisation.
         */
        get: operations["list_activity_staff_v1_activities__activity_id__staff_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/staff/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove Activity Staff
         * @description Takes a person out of the staff of the activity, or lets the caller go.
         */
        delete: operations["remove_activity_staff_v1_activities__activity_id__staff__user_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{activity_id}/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Stats
         * @description The numbers of an activity, for owner, organiser and staff, and for a display of the activity.
         */
        get: operations["get_stats_v1_activities__activity_id__stats_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Resolve
         * @description What a phone shows before checking in, by the code on the screen or by the activity's id.
         */
        get: operations["resolve_v1_activities_resolve_get"];
        put?: never;
        /**
         * Resolve Token
         * @description What a phone shows before checking in, by the scanned token.
         */
        post: operations["resolve_token_v1_activities_resolve_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/console": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open Ticket
         * @description A ticket for this browser to show as a QR, good for 120 s and for one session.
         */
        post: operations["open_ticket_v1_auth_console_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/console/{ticket_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Ticket
         * @description Which browser asks, for what, and since when; for phones, as the two below.
         */
        get: operations["get_ticket_v1_auth_console__ticket_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/console/{ticket_id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve Ticket
         * @description Lets the browser in as the caller.
         *
         *     Other digits than it shows are a 422 CONSOLE_DIGITS_WRONG; `metadata.left` says how many tries are left of two.
         */
        post: operations["approve_ticket_v1_auth_console__ticket_id__approve_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/console/{ticket_id}/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deny Ticket
         * @description Lets nobody in by it, or tells it no place.
         */
        post: operations["deny_ticket_v1_auth_console__ticket_id__deny_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/console/{ticket_id}/place": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Choose Place
         * @description Tells a browser the place that it asks for; for a phone of the person who is signed in there.
         */
        post: operations["choose_place_v1_auth_console__ticket_id__place_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/console/poll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Poll Ticket
         * @description What has become of this browser's ticket, to be asked every second or two; the session comes with a cookie.
         */
        post: operations["poll_ticket_v1_auth_console_poll_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/console/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh Console
         * @description A new access token for the browser that has the cookie; tabs that ask at once are all answered.
         */
        post: operations["refresh_console_v1_auth_console_refresh_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/console/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign Out Console
         * @description Ends the session of this browser.
         */
        post: operations["sign_out_console_v1_auth_console_sign_out_post"];
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
        /**
         * Sign Out
         * @description Ends the session of this access token.
         */
        post: operations["sign_out_v1_auth_logout_post"];
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
        /**
         * Refresh
         * @description New tokens for a refresh token. Using an old one again ends the session everywhere.
         */
        post: operations["refresh_v1_auth_refresh_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/wechat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign In
         * @description Signs in with the code of `wx.login`; the first visit makes the user.
         */
        post: operations["sign_in_v1_auth_wechat_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check In
         * @description One try of one person. Its attempt_id is the idempotency key: a repeat gets the same answer.
         */
        post: operations["create_checkin_v1_checkins_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkins/{checkin_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Checkin
         * @description One of the caller's records and what happened to it; somebody else's is as unknown as one that never was.
         */
        get: operations["get_checkin_v1_checkins__checkin_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkins/{checkin_id}/annul": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Annul
         * @description Takes an accepted check-in back.
         */
        post: operations["annul_v1_checkins__checkin_id__annul_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkins/{checkin_id}/appeal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Appeal
         * @description The caller's word against a refusal: a human looks at it. 202: taken, and not in the record yet.
         */
        post: operations["appeal_v1_checkins__checkin_id__appeal_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkins/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sync
         * @description Attempts that waited on the phone, each with its own answer; then what the phone has not seen.
         */
        post: operations["sync_v1_checkins_sync_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/client-config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Client Config
         * @description What this server takes, so that a rollback never refuses a check-in.
         */
        get: operations["client_config_v1_client_config_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/client-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take Events
         * @description Counts them, each kind once a day of a person at an activity; who they come from is not kept with them.
         */
        post: operations["take_events_v1_client_events_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/displays/checkins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check In At Kiosk
         * @description Checks in, or out, who shows their personal code or a printed one, as if whoever made this kiosk let them.
         *
         *     Its attempt_id is the idempotency key: a repeat gets the same answer. A code that is nobody's is a 404
         *     ENTRY_NOT_LISTED, and after five in a minute printed codes are a 429 ENTRY_CODE_LOCKED. A refused attempt is an
         *     outcome here, with its reasons.
         */
        post: operations["check_in_at_kiosk_v1_displays_checkins_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/displays/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Latest
         * @description Who checked in last, named as the organiser chose for this screen; a second behind.
         */
        get: operations["list_latest_v1_displays_latest_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/displays/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Screen
         * @description What this browser shows, and whether it still may; its cookie is renewed for an activity that takes longer.
         */
        get: operations["get_screen_v1_displays_me_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/displays/open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open Display
         * @description Makes this browser a display, by a cookie, and spends the link; the browser that did so before goes on.
         *
         *     A link that was opened elsewhere, or not in time, is a 409 DISPLAY_LINK_SPENT; `metadata.state` says which.
         */
        post: operations["open_display_v1_displays_open_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/displays/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Preview Display
         * @description What opening a link would do; spends nothing.
         */
        get: operations["preview_display_v1_displays_preview_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/export-columns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Export Columns
         * @description The columns of a report.
         */
        get: operations["get_export_columns_v1_export_columns_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Exports
         * @description One's own exports, or those of an organisation, the newest first.
         */
        get: operations["list_exports_v1_exports_get"];
        put?: never;
        /**
         * Create Export
         * @description Puts an export in the queue of its organisation, for owner, organiser and staff.
         *
         *     Two of an organisation are made at once, and twenty wait; then it is 429 EXPORTS_QUEUED. Ask for `/v1/exports/{id}`
         *     until it is `done`.
         */
        post: operations["create_export_v1_exports_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exports/{export_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Export
         * @description How far an export is.
         */
        get: operations["get_export_v1_exports__export_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exports/{export_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel Export
         * @description Ends what waits or runs; what is over stays as it is.
         */
        post: operations["cancel_export_v1_exports__export_id__cancel_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exports/{export_id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download Export
         * @description The file of an export that is `done`, for who may still see what is in it.
         */
        get: operations["download_export_v1_exports__export_id__file_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invites/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept Invite
         * @description Joins. Who is in with this role or a higher one stays as they are and uses nothing up.
         */
        post: operations["accept_invite_v1_invites_accept_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invites/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Preview Invite
         * @description Who invites to what.
         */
        get: operations["preview_invite_v1_invites_preview_get"];
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
        /**
         * Get Me
         * @description The caller's profile.
         */
        get: operations["get_me_v1_me_get"];
        /**
         * Update Me
         * @description Changes the caller's profile.
         */
        put: operations["update_me_v1_me_put"];
        post?: never;
        /**
         * Erase Me
         * @description Empties the caller's name and all they told organisations, ends their sessions and memberships; for good.
         *
         *     Records of check-ins stay, under an id that names nobody. The last owner of an organisation that is not archived
         *     gets a 409 LAST_OWNER; `metadata.organisation_id` says of which.
         */
        delete: operations["erase_me_v1_me_delete"];
        options?: never;
        head?: never;
        /**
         * Update Me
         * @description Changes the caller's profile.
         */
        patch: operations["update_me_v1_me_patch"];
        trace?: never;
    };
    "/v1/me/checkins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Checkins
         * @description The caller's records, newest first.
         */
        get: operations["list_checkins_v1_me_checkins_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Own Code
         * @description The caller's keys for personal codes; whoever has them can show themselves as the caller.
         */
        get: operations["get_own_code_v1_me_code_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Me
         * @description All that is kept of the caller by name: profile, organisations, what they told them, and what rosters say.
         */
        get: operations["export_me_v1_me_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/inbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Inbox
         * @description One's own messages; of 90 days, and at most 500.
         */
        get: operations["get_inbox_v1_me_inbox_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/inbox/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Read Inbox
         * @description Notes that one message was read, or all.
         */
        post: operations["read_inbox_v1_me_inbox_read_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Sessions
         * @description Where the caller is signed in.
         */
        get: operations["list_sessions_v1_me_sessions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke Session
         * @description Signs the caller out somewhere, here too if it is the current session; within 5 s nothing is taken from there.
         */
        delete: operations["revoke_session_v1_me_sessions__session_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Subscriptions
         * @description Where the caller stands.
         */
        get: operations["get_subscriptions_v1_me_subscriptions_get"];
        put?: never;
        /**
         * Grant
         * @description Notes what the caller answered; an acceptance is worth one message.
         */
        post: operations["grant_v1_me_subscriptions_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Organisations
         * @description The organisations the caller belongs to.
         */
        get: operations["list_organisations_v1_organisations_get"];
        put?: never;
        /**
         * Create Organisation
         * @description Creates an organisation.
         */
        post: operations["create_organisation_v1_organisations_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Update Organisation
         * @description Gives an organisation another name.
         */
        put: operations["update_organisation_v1_organisations__organisation_id__put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update Organisation
         * @description Gives an organisation another name.
         */
        patch: operations["update_organisation_v1_organisations__organisation_id__patch"];
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Archive Organisation
         * @description Nobody creates, publishes, invites or joins there any more; all stays readable.
         *
         *     While activities are published and not over a 409 ACTIVITIES_RUNNING says how many.
         */
        post: operations["archive_organisation_v1_organisations__organisation_id__archive_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/behaviour": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Behaviour
         * @description How the people of a roster behave: who stays away, when people come, and how that moves; for owner and organiser.
         *
         *     Of occurrences that are over, so that who did not come is absent.
         */
        get: operations["get_behaviour_v1_organisations__organisation_id__behaviour_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/cohorts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Cohorts
         * @description Who began to collect points, by week, and came again on the first, 7th, 30th day after; for owner and organiser.
         *
         *     Weeks begin on Monday, and all that the period touches are told whole.
         */
        get: operations["get_cohorts_v1_organisations__organisation_id__cohorts_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/export-schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Export Schedules
         * @description The schedules of an organisation, for owner and organiser.
         */
        get: operations["list_export_schedules_v1_organisations__organisation_id__export_schedules_get"];
        put?: never;
        /**
         * Create Export Schedule
         * @description Has something made on a schedule, as the caller for as long as they may; an organisation has at most 20.
         */
        post: operations["create_export_schedule_v1_organisations__organisation_id__export_schedules_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/export-schedules/{schedule_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replace Export Schedule
         * @description Says all of a schedule anew, and owns it; `paused` stops it, and what was due meanwhile is never made.
         */
        put: operations["replace_export_schedule_v1_organisations__organisation_id__export_schedules__schedule_id__put"];
        post?: never;
        /**
         * Delete Export Schedule
         * @description Forgets a schedule; files that it had made stay for their week.
         */
        delete: operations["delete_export_schedule_v1_organisations__organisation_id__export_schedules__schedule_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/handover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand Over
         * @description Makes a member owner; the caller, an owner until now, becomes an organiser.
         */
        post: operations["hand_over_v1_organisations__organisation_id__handover_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/invites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Invites
         * @description An organisation's invites.
         */
        get: operations["list_invites_v1_organisations__organisation_id__invites_get"];
        put?: never;
        /**
         * Create Invite
         * @description Makes an invite.
         */
        post: operations["create_invite_v1_organisations__organisation_id__invites_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/invites/{invite_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Invite
         * @description One invite with all who used it.
         */
        get: operations["get_invite_v1_organisations__organisation_id__invites__invite_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/invites/{invite_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke Invite
         * @description Ends an invite for good; whoever joined with it stays.
         */
        post: operations["revoke_invite_v1_organisations__organisation_id__invites__invite_id__revoke_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Members
         * @description The members of an organisation, or those of a group or with a name.
         */
        get: operations["list_members_v1_organisations__organisation_id__members_get"];
        put?: never;
        /**
         * Add Member
         * @description Adds a person to an organisation.
         */
        post: operations["add_member_v1_organisations__organisation_id__members_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Update Member
         * @description Changes a member's role or group; what is left out stays.
         */
        put: operations["update_member_v1_organisations__organisation_id__members__user_id__put"];
        post?: never;
        /**
         * Remove Member
         * @description Removes a member.
         */
        delete: operations["remove_member_v1_organisations__organisation_id__members__user_id__delete"];
        options?: never;
        head?: never;
        /**
         * Update Member
         * @description Changes a member's role or group; what is left out stays.
         */
        patch: operations["update_member_v1_organisations__organisation_id__members__user_id__patch"];
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/places": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Places
         * @description Places of an organisation, the newest first, for staff and above.
         */
        get: operations["list_places_v1_organisations__organisation_id__places_get"];
        put?: never;
        /**
         * Save Place
         * @description Saves a place, for staff on the spot too; an organisation has at most 200.
         */
        post: operations["save_place_v1_organisations__organisation_id__places_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/places/{place_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replace Place
         * @description Says all of a place anew; activities that exist stay where they are.
         */
        put: operations["replace_place_v1_organisations__organisation_id__places__place_id__put"];
        post?: never;
        /**
         * Delete Place
         * @description Forgets a place; activities that were made with it keep what they say.
         */
        delete: operations["delete_place_v1_organisations__organisation_id__places__place_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/places/{place_id}/wifi": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Learn Wifi
         * @description Adds access points that a staff phone sees on the spot; those that are known stay.
         */
        post: operations["learn_wifi_v1_organisations__organisation_id__places__place_id__wifi_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/privacy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Privacy
         * @description What participants are told of what they say, for staff and above.
         */
        get: operations["get_privacy_v1_organisations__organisation_id__privacy_get"];
        /**
         * Update Privacy
         * @description Changes it, for organisers and owners; what is over by then is erased within the hour.
         */
        put: operations["update_privacy_v1_organisations__organisation_id__privacy_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update Privacy
         * @description Changes it, for organisers and owners; what is over by then is erased within the hour.
         */
        patch: operations["update_privacy_v1_organisations__organisation_id__privacy_patch"];
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/quality": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Quality
         * @description How well checking in works, by activity and over time: by days, or by weeks where there are more than 31.
         *
         *     Advice comes from the numbers and goes with them; who may not change a setting gets none.
         */
        get: operations["get_quality_v1_organisations__organisation_id__quality_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/quality/dismissals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Dismiss Advice
         * @description Hides a piece of advice from everybody in the organisation, or shows it again; for owner and organiser.
         */
        put: operations["dismiss_advice_v1_organisations__organisation_id__quality_dismissals_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/reviews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Queue
         * @description What waits for the caller in all of an organisation, or in those of its activities whose staff they are.
         */
        get: operations["list_queue_v1_organisations__organisation_id__reviews_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/rosters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Rosters
         * @description Rosters of an organisation, the newest first, for staff and above.
         */
        get: operations["list_rosters_v1_organisations__organisation_id__rosters_get"];
        put?: never;
        /**
         * Create Roster
         * @description An empty roster, for organisers and owners; an organisation has at most 50.
         */
        post: operations["create_roster_v1_organisations__organisation_id__rosters_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/trends": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Trends
         * @description How many came over time, for owner, organiser and staff.
         *
         *     Of occurrences that have opened, without rehearsals and what was cancelled. `by=hour` is the hour of the day at
         *     which they start. `compare_from` and `compare_to` lay another period beside, `compare_activity_id` another activity.
         */
        get: operations["get_trends_v1_organisations__organisation_id__trends_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/unarchive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unarchive Organisation
         * @description Takes an archived organisation up again.
         */
        post: operations["unarchive_organisation_v1_organisations__organisation_id__unarchive_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Webhooks
         * @description The robots of an organisation, for owner and organiser.
         */
        get: operations["list_webhooks_v1_organisations__organisation_id__webhooks_get"];
        put?: never;
        /**
         * Create Webhook
         * @description Makes a robot known, for owner and organiser; an organisation has at most 5.
         */
        post: operations["create_webhook_v1_organisations__organisation_id__webhooks_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/webhooks/{webhook_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replace Webhook
         * @description Calls a robot otherwise, or gives it another key.
         */
        put: operations["replace_webhook_v1_organisations__organisation_id__webhooks__webhook_id__put"];
        post?: never;
        /**
         * Delete Webhook
         * @description Forgets a robot and its key; schedules that name it tell the others.
         */
        delete: operations["delete_webhook_v1_organisations__organisation_id__webhooks__webhook_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/webhooks/{webhook_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test Webhook
         * @description Has a robot say in its chat that it works; `last_at` moves, and `last_result` says what became of it.
         */
        post: operations["test_webhook_v1_organisations__organisation_id__webhooks__webhook_id__test_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/place-tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open Place Ticket
         * @description A ticket for the caller's browser to show as a QR; a phone of the caller answers it within 120 s, once.
         */
        post: operations["open_place_ticket_v1_place_tickets_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/place-tickets/poll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Poll Place
         * @description What has become of the ticket of this browser, to be asked every second or two.
         */
        post: operations["poll_place_v1_place_tickets_poll_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reviews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Reviews
         * @description What waits for a human in an activity, or was decided.
         */
        get: operations["list_reviews_v1_reviews_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reviews/{checkin_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Review
         * @description One case and what happened to it.
         */
        get: operations["get_review_v1_reviews__checkin_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reviews/{checkin_id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve
         * @description Lets the person in.
         */
        post: operations["approve_v1_reviews__checkin_id__approve_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reviews/{checkin_id}/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refuse
         * @description Turns the attempt down; the person reads the reason and may appeal.
         */
        post: operations["refuse_v1_reviews__checkin_id__refuse_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reviews/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decide Many
         * @description Approves or refuses up to 200 named cases, or up to 1,000 that came offline to an occurrence.
         */
        post: operations["decide_many_v1_reviews_batch_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reviews/waiting": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Waiting
         * @description Where something waits for a human, of the 200 newest activities.
         */
        get: operations["list_waiting_v1_reviews_waiting_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/roster-invites/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept Roster Invite
         * @description Makes the caller the entry of an invite.
         */
        post: operations["accept_roster_invite_v1_roster_invites_accept_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/roster-invites/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Preview Roster Invite
         * @description What an invite leads to, before it binds.
         */
        get: operations["preview_roster_invite_v1_roster_invites_preview_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{roster_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Roster
         * @description A roster, for staff and above.
         */
        get: operations["get_roster_v1_rosters__roster_id__get"];
        /**
         * Change Roster
         * @description Another title, or other columns: what a column says is kept, and told while it is named here.
         */
        put: operations["change_roster_v1_rosters__roster_id__put"];
        post?: never;
        /**
         * Delete Roster
         * @description Deletes a roster; a 409 ROSTER_IN_USE while a published activity that is not over expects its people.
         */
        delete: operations["delete_roster_v1_rosters__roster_id__delete"];
        options?: never;
        head?: never;
        /**
         * Change Roster
         * @description Another title, or other columns: what a column says is kept, and told while it is named here.
         */
        patch: operations["change_roster_v1_rosters__roster_id__patch"];
        trace?: never;
    };
    "/v1/rosters/{roster_id}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Roster Entries
         * @description Who is on a roster, in the order in which they were added, for staff and above; phones are masked.
         */
        get: operations["list_roster_entries_v1_rosters__roster_id__entries_get"];
        put?: never;
        /**
         * Create Roster Entry
         * @description Puts somebody on a roster, from now on; at most 50,000 are on one.
         */
        post: operations["create_roster_entry_v1_rosters__roster_id__entries_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{roster_id}/entries/{entry_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replace Roster Entry
         * @description Says all of an entry anew; who it is bound to stays.
         */
        put: operations["replace_roster_entry_v1_rosters__roster_id__entries__entry_id__put"];
        post?: never;
        /**
         * Delete Roster Entry
         * @description Takes somebody off a roster, from now on; when they came before, they were on it.
         */
        delete: operations["delete_roster_entry_v1_rosters__roster_id__entries__entry_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{roster_id}/entries/{entry_id}/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Invite Entry
         * @description Makes the invite of an entry, good for seven days, for staff and above.
         */
        post: operations["invite_entry_v1_rosters__roster_id__entries__entry_id__invite_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{roster_id}/entries/{entry_id}/person": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Bind Entry
         * @description Says who an entry is, for staff and above; never of oneself.
         */
        put: operations["bind_entry_v1_rosters__roster_id__entries__entry_id__person_put"];
        post?: never;
        /**
         * Unbind Entry
         * @description Says that an entry is nobody any more, for staff and above; what is recorded stays.
         */
        delete: operations["unbind_entry_v1_rosters__roster_id__entries__entry_id__person_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{roster_id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Roster
         * @description Everybody on a roster, phones whole, for organisers and owners; it can be imported again.
         */
        get: operations["export_roster_v1_rosters__roster_id__file_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{roster_id}/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Roster Groups
         * @description Every group of a roster and how many are in it, for staff and above.
         */
        get: operations["list_roster_groups_v1_rosters__roster_id__groups_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{roster_id}/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import Roster
         * @description Reads an xlsx, a csv or a pasted text of at most 10 MB, sent within 120 s, and says what it would change.
         *
         *     For organisers and owners. Nothing is changed; a large file is still `reading` when this is answered.
         */
        post: operations["import_roster_v1_rosters__roster_id__imports_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{roster_id}/imports/{import_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Roster Import
         * @description How far an import is.
         */
        get: operations["get_roster_import_v1_rosters__roster_id__imports__import_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{roster_id}/imports/{import_id}/apply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Apply Roster Import
         * @description Makes the changes; many of them while this is answered already. Twice is once.
         */
        post: operations["apply_roster_import_v1_rosters__roster_id__imports__import_id__apply_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{roster_id}/imports/{import_id}/bad-rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Bad Rows
         * @description The rows that were left out, in the order of the file.
         */
        get: operations["list_bad_rows_v1_rosters__roster_id__imports__import_id__bad_rows_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{roster_id}/imports/{import_id}/bad-rows.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Bad Rows
         * @description All rows that were left out, as a csv.
         */
        get: operations["get_bad_rows_v1_rosters__roster_id__imports__import_id__bad_rows_csv_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{roster_id}/imports/{import_id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo Roster Import
         * @description Takes the changes back, within an hour: who was added goes, what was changed and removed comes back.
         *
         *     What somebody changed since, and who has checked in, stays.
         */
        post: operations["undo_roster_import_v1_rosters__roster_id__imports__import_id__undo_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rosters/{roster_id}/labels.pdf": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Print Labels
         * @description Labels of 70 x 37 mm, 24 on a page of A4: name, group, number, and the entry code as QR and text.
         *
         *     For staff of the roster's organisation; at most 3,000 people, beyond which `group` says who.
         */
        get: operations["print_labels_v1_rosters__roster_id__labels_pdf_get"];
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
        /**
         * AbsentPerson
         * @description Who was absent three times or more to the last; leave is no absence, and breaks no row.
         */
        AbsentPerson: {
            /** Format: uuid */
            entry_id: string;
            group: string;
            in_a_row: number;
            /** @description null: not in this period. */
            last_came: string | null;
            name: string;
            number: string;
        };
        /**
         * Acceptance
         * @description The code of an invite, as typed or as the link has it.
         */
        Acceptance: {
            code: string;
        };
        /**
         * Accepted
         * @description Where the caller is in now: the organisation with their role, or one activity of it with `staff`.
         */
        Accepted: {
            /** @description null: it was to the organisation. */
            activity_id: string | null;
            organisation: components["schemas"]["Organisation"];
            /** @description null: their role in the organisation says it already. */
            staff: components["schemas"]["ActivityStaff"] | null;
        };
        /**
         * AcceptedInvite
         * @description The code of an invite.
         */
        AcceptedInvite: {
            code: string;
        };
        /**
         * AccessPoint
         * @description A Wi-Fi whose access point proves the place.
         */
        AccessPoint: {
            bssid: string;
            ssid: string;
        };
        /**
         * Activities
         * @description A page of activities.
         */
        Activities: {
            activities: components["schemas"]["Activity"][];
            /** @description Empty: this is the last page. */
            next_page_token: string;
        };
        /**
         * Activity
         * @description An activity as owner, organiser and staff see it; `code` is null for everybody else.
         */
        Activity: {
            ask: components["schemas"]["Question"][];
            capacity: number;
            closes_after_s: number;
            code: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            ends_at: string;
            expected_count: number;
            gates: string[];
            /** Format: uuid */
            id: string;
            kind: ("attendance" | "event" | "points") | null;
            late_after_s: number | null;
            methods: ("code" | "nfc" | "place" | "qr" | "staff")[];
            occurrences: components["schemas"]["Occurrence"][];
            offline_window_s: number;
            opens_before_s: number;
            /** Format: uuid */
            organisation_id: string;
            /** @description The caller's, for this activity. */
            own_role: ("member" | "organiser" | "owner" | "staff") | null;
            place: components["schemas"]["Place"] | null;
            policy: components["schemas"]["Policy"];
            qr_period_s: number;
            /**
             * @description once: who went does not come in again.
             * @enum {string}
             */
            reentry: "in_out" | "once";
            /** @description The draft that this one only tries out. */
            rehearsal_of: string | null;
            revision: number;
            /** @enum {string} */
            roster: "listed" | "open";
            roster_id: string | null;
            /** Format: date-time */
            starts_at: string;
            state: ("cancelled" | "closed" | "draft" | "published") | null;
            strict: boolean;
            time_zone: string;
            title: string;
            wifi: components["schemas"]["AccessPoint"][];
        };
        /**
         * ActivityChanges
         * @description What changes of an activity.
         */
        ActivityChanges: {
            ask?: components["schemas"]["NewQuestion"][];
            capacity?: number;
            closes_after_s?: number;
            /** @description In time_zone, or with an offset (RFC 3339). */
            ends_at?: string;
            expected_count?: number;
            gates?: string[];
            /** @enum {string} */
            kind?: "attendance" | "event" | "points";
            late_after_s?: number | null;
            methods?: ("code" | "nfc" | "place" | "qr" | "staff")[];
            offline_window_s?: number;
            opens_before_s?: number;
            place?: components["schemas"]["PlaceChanges"] | null;
            policy?: components["schemas"]["PolicyChanges"];
            qr_period_s?: number;
            /** @enum {string} */
            reentry?: "in_out" | "once";
            revision?: number;
            roster_id?: string | null;
            /** @description In time_zone, or with an offset (RFC 3339). */
            starts_at?: string;
            strict?: boolean;
            time_zone?: string;
            title?: string;
            wifi?: components["schemas"]["NewAccessPoint"][];
        };
        /**
         * ActivityStaff
         * @description A person who is staff of one activity; `expires_at` moves with its end.
         */
        ActivityStaff: {
            /** Format: date-time */
            expires_at: string;
            /** Format: date-time */
            joined_at: string;
            name: string;
            /** @enum {string} */
            role: "staff";
            /** Format: uuid */
            user_id: string;
        };
        /**
         * Advice
         * @description What would make it better, and the numbers behind it.
         *
         *         `change` is a body of `PATCH /v1/activities/{activity_id}` but for its revision; null where no setting would do.
         */
        Advice: {
            /** Format: uuid */
            activity_id: string;
            change: Record<string, never> | null;
            code: string;
            is_dismissed: boolean;
            numbers: {
                [key: string]: number;
            };
            title: string;
        };
        /**
         * Annulment
         * @description Taking an accepted check-in back. Without a revision: as it is now.
         */
        Annulment: {
            reason: string;
            /** @default null */
            revision?: number | null;
        };
        /**
         * Answer
         * @description What a phone gets for an attempt.
         */
        Answer: {
            checkin: components["schemas"]["Checkin"];
            /** @description For the person. */
            message: string;
        };
        /**
         * Appeal
         * @description The person's own word.
         */
        Appeal: {
            reason: string;
        };
        /**
         * Applying
         * @description Whether those are taken off the roster who are not in the file; who has checked in stays.
         */
        Applying: {
            /** @default false */
            remove_missing?: boolean;
        };
        /**
         * Approval
         * @description A yes; a reason may go with it.
         */
        Approval: {
            /** @default  */
            reason?: string;
            /** @description The one that was looked at. */
            revision: number;
        };
        /**
         * ArrivalCurve
         * @description How people came to one occurrence, in steps of `step_min` minutes.
         */
        ArrivalCurve: {
            /** Format: uuid */
            activity_id: string;
            /** Format: uuid */
            occurrence_id: string;
            /** Format: date-time */
            starts_at: string;
            step_min: number;
            steps: components["schemas"]["ArrivalStep"][];
            time_zone: string;
            title: string;
        };
        /**
         * ArrivalStep
         * @description How many came from `offset_min` minutes after the start on; negative before it.
         */
        ArrivalStep: {
            count: number;
            offset_min: number;
        };
        /**
         * Asked
         * @description What is asked, and what the caller said of it; empty where they did not.
         */
        Asked: {
            detail: ("employer" | "name" | "number" | "phone" | "text") | null;
            label: string;
            said: string;
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
         * BadRow
         * @description A row that was left out, where it stands, and what to do.
         */
        BadRow: {
            cause: string;
            column: number;
            cure: string;
            line: number;
            reason: string;
        };
        /**
         * BadRows
         * @description A page of them.
         */
        BadRows: {
            /** @description Empty: this is the last page. */
            next_page_token: string;
            rows: components["schemas"]["BadRow"][];
        };
        /**
         * Batch
         * @description One decision on many: on `items`, or on all that waits and came offline to an occurrence.
         */
        Batch: {
            /** @enum {string} */
            decision: "approve" | "refuse";
            /** @default null */
            items?: components["schemas"]["Item"][] | null;
            /** @default null */
            occurrence_id?: string | null;
            /** @default null */
            offline?: true | null;
            /** @default  */
            reason?: string;
        };
        /**
         * Behaviour
         * @description How the people of one roster behave, over the occurrences that are over.
         */
        Behaviour: {
            absent: components["schemas"]["AbsentPerson"][];
            absent_people: number;
            /** Format: date-time */
            as_of: string;
            /** @description People by tenths of what they could come to, 0 to 10. */
            by_regularity: number[];
            findings: components["schemas"]["Finding"][];
            from: string;
            groups: components["schemas"]["GroupBehaviour"][];
            /** @description In steps of five minutes. */
            habits: components["schemas"]["ArrivalStep"][];
            hidden_groups: number;
            occurrences: number;
            people: number;
            roster_id: string | null;
            rosters: components["schemas"]["RosterUse"][];
            series: components["schemas"]["SeriesStep"][];
            to: string;
        };
        /**
         * BoundTo
         * @description Who an entry is, and how that became known.
         */
        BoundTo: {
            how: ("invite" | "phone" | "staff") | null;
            /** Format: date-time */
            since: string;
            /** Format: uuid */
            user_id: string;
        };
        /**
         * Bucket
         * @description How many were up to a bound, and above the one before; null: above all.
         */
        Bucket: {
            count: number;
            up_to: number | null;
        };
        /**
         * BulkCase
         * @description How much waits of one occurrence, and how much of that came offline.
         */
        BulkCase: {
            /** Format: uuid */
            occurrence_id: string;
            pending: number;
            pending_offline: number;
        };
        /**
         * CameEarlier
         * @description When, and where as far as that is known, somebody came before.
         */
        CameEarlier: {
            /** Format: date-time */
            checked_in_at: string;
            gate: string | null;
        };
        /**
         * Card
         * @description An activity as a participant may see it: without credentials.
         */
        Card: {
            /** Format: uuid */
            activity_id: string;
            ask: components["schemas"]["Question"][];
            /** Format: date-time */
            closes_at: string;
            /** @description How many windows there are. */
            count: number;
            /** Format: date-time */
            ends_at: string;
            gates: string[];
            /** @description Who is expected says so by phone number or invite. */
            is_listed: boolean;
            is_rehearsal: boolean;
            kind: ("attendance" | "event" | "points") | null;
            methods: ("code" | "nfc" | "place" | "qr" | "staff")[];
            /** @description Which of the activity's windows this is. */
            number: number;
            /** Format: uuid */
            occurrence_id: string;
            /** Format: date-time */
            opens_at: string;
            place: components["schemas"]["Place"] | null;
            /**
             * @description once: who went does not come in again.
             * @enum {string}
             */
            reentry: "in_out" | "once";
            /** Format: date-time */
            starts_at: string;
            state: ("cancelled" | "closed" | "draft" | "published") | null;
            strict: boolean;
            time_zone: string;
            title: string;
            uses_wifi: boolean;
        };
        /**
         * Checkin
         * @description The record of an attempt. Points and streak are null, and `revision` is 0, until it is recorded.
         */
        Checkin: {
            activity_id: string | null;
            activity_title: string | null;
            /** Format: uuid */
            attempt_id: string;
            checked_in_at: string | null;
            direction: ("in" | "out") | null;
            distance_m: number | null;
            duplicate_of?: components["schemas"]["DuplicateOf"];
            gate: string | null;
            /** Format: uuid */
            id: string;
            /** @default false */
            is_offline: boolean;
            late_by_s: number;
            method: ("code" | "nfc" | "place" | "qr" | "staff") | null;
            occurrence_id: string | null;
            /** @enum {string} */
            outcome: "accepted" | "annulled" | "duplicate" | "pending_review" | "provisional" | "refused" | "superseded";
            place_name: string | null;
            /** @default null */
            points_awarded: number | null;
            punctuality: ("early_leave" | "late" | "on_time") | null;
            reasons: ({
                reason: string;
            } & {
                [key: string]: unknown;
            })[];
            /** @default 0 */
            revision: number;
            /** @default null */
            streak_days: number | null;
            /** Format: uuid */
            user_id: string;
        };
        /**
         * CheckinPage
         * @description A page of the caller's records, newest first.
         */
        CheckinPage: {
            checkins: components["schemas"]["Checkin"][];
            /** @description Empty: this is the last page. */
            next_page_token: string;
        };
        /**
         * CheckinRequest
         * @description One try of one person. The same attempt_id may be sent again and gets the same answer.
         */
        CheckinRequest: {
            /**
             * @description For method place; else optional.
             * @default
             */
            activity_id?: string;
            /** @description A UUIDv7, made on the phone before the first send. */
            attempt_id: string;
            /** @default null */
            claimed_at?: string | null;
            /** @default null */
            client?: components["schemas"]["ClientInfo"] | null;
            /**
             * @description For method code: 6 characters.
             * @default
             */
            code?: string;
            /** @default  */
            device_id?: string;
            /**
             * @default in
             * @enum {string}
             */
            direction?: "in" | "out";
            /** @default 0 */
            elapsed_ms?: number;
            /** @default  */
            gate?: string;
            /** @default null */
            location?: components["schemas"]["Location"] | null;
            /** @enum {string} */
            method: "code" | "nfc" | "place" | "qr";
            /**
             * @description From an earlier 503; when it is ours, its time of arrival holds.
             * @default
             */
            receipt?: string;
            /**
             * @description For method qr: of the QR. For method nfc: what follows `/n/` in the URL of the tag; where that goes on with `?e=` and `&c=`, text, e and c with dots between them.
             * @default
             */
            token?: string;
            /** @default null */
            wifi?: components["schemas"]["Wifi"] | null;
        };
        /**
         * ChosenPlace
         * @description A place as `wx.chooseLocation` gives it, in GCJ-02.
         */
        ChosenPlace: {
            latitude: number;
            longitude: number;
            /** @default  */
            name?: string;
        };
        /**
         * ClientConfig
         * @description What a phone asks for at its start.
         */
        ClientConfig: {
            /** @description Share of client events to send. */
            event_sample_rate: number;
            features: components["schemas"]["Features"];
            min_version: string;
            /** Format: date-time */
            server_time: string;
            subscription_templates: components["schemas"]["Template"][];
        };
        /**
         * ClientEvent
         * @description Something that happened on a phone.
         */
        ClientEvent: {
            /**
             * @description Where the phone knows it: then its organiser sees it too.
             * @default null
             */
            activity_id?: string | null;
            /** @enum {string} */
            name: "locate" | "locate_failed" | "scan_cancelled" | "scan_failed" | "sync" | "tap_to_answer";
            /**
             * @default other
             * @enum {string}
             */
            platform?: "android" | "devtools" | "ios" | "ohos" | "other";
            /**
             * @default
             * @enum {string}
             */
            reason?: "" | "denied" | "failed" | "interrupted" | "not_ours" | "offline" | "timeout" | "unsupported";
            /** @default null */
            took_ms?: number | null;
        };
        /**
         * ClientEvents
         * @description Events that a phone has kept since it last told.
         */
        ClientEvents: {
            events: components["schemas"]["ClientEvent"][];
        };
        /**
         * ClientInfo
         * @description How the person came here; never part of the judgement.
         */
        ClientInfo: {
            /** @default  */
            app_version?: string;
            /** @default 0 */
            locate_ms?: number;
            /** @default  */
            platform?: string;
            /** @default 0 */
            scan_ms?: number;
            /** @default 0 */
            scene?: number;
        };
        /**
         * CodeKey
         * @description What codes are drawn with that are issued in its time.
         */
        CodeKey: {
            /** @description 32 bytes, base64url. */
            key: string;
            /** Format: date-time */
            valid_from: string;
            /** Format: date-time */
            valid_until: string;
        };
        /**
         * Cohort
         * @description Who checked in for the first time in the week of a Monday, and how many of them did again, so many days later.
         *
         *         Null while that day is not over for all of them.
         */
        Cohort: {
            day_1: number | null;
            day_7: number | null;
            day_30: number | null;
            people: number;
            week: string;
        };
        /**
         * Cohorts
         * @description Who began to collect points, by week; a cohort of fewer than five people is shown to owners alone.
         */
        Cohorts: {
            /** Format: date-time */
            as_of: string;
            cohorts: components["schemas"]["Cohort"][];
            from: string;
            funnel: components["schemas"]["Funnel"];
            hidden_cohorts: number;
            to: string;
        };
        /**
         * ConsoleSession
         * @description A signed-in browser, whose cookie has the rest. `csrf_token` goes into X-CSRF-Token; `expires_in` in seconds.
         */
        ConsoleSession: {
            access_token: string;
            csrf_token: string;
            expires_in: number;
            user: components["schemas"]["User"];
        };
        /**
         * Copy
         * @description When the copy begins; it lasts as long as its original.
         */
        Copy: {
            /** @description In time_zone, or with an offset (RFC 3339). */
            starts_at: string;
            /**
             * @description Empty: that of the original.
             * @default
             */
            title?: string;
        };
        /**
         * CreatedDisplay
         * @description A display, and the link that opens it once, within 15 minutes; nobody is told it again.
         */
        CreatedDisplay: {
            display: components["schemas"]["Display"];
            url: string;
        };
        /**
         * CreatedTag
         * @description A tag, and what is to be written to it; nobody is told the keys of a SUN tag again.
         */
        CreatedTag: {
            /** @default null */
            sun?: components["schemas"]["Sun"] | null;
            tag: components["schemas"]["Tag"];
            /** @description Of a SUN tag with zeros where its chip puts its own. */
            url: string;
        };
        /**
         * Decided
         * @description What came of one: the case, or the problem with it.
         */
        Decided: {
            /** Format: uuid */
            id: string;
            /** @default null */
            problem?: components["schemas"]["Problem"] | null;
            /** @default null */
            review?: components["schemas"]["Review"] | null;
        };
        /**
         * Dismissal
         * @description A piece of advice that is not to be seen, or to be seen again.
         */
        Dismissal: {
            /** Format: uuid */
            activity_id: string;
            code: string;
            /** @default true */
            dismissed?: boolean;
        };
        /**
         * Display
         * @description A screen as staff see it. `opened_from` is an address; `expires_at` is of the link until it is opened.
         *
         *         A kiosk is `unstaffed` once who made it is no staff of the activity any more.
         */
        Display: {
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            created_by: string;
            /** @description Of a kiosk: whether people check in or out there. */
            direction: ("in" | "out") | null;
            /** Format: date-time */
            expires_at: string;
            /** @description Of a kiosk: where its check-ins are made. */
            gate: string | null;
            /** Format: uuid */
            id: string;
            kind: ("kiosk" | "qr" | "wall") | null;
            opened_at: string | null;
            opened_from: string;
            show_names: ("full" | "masked" | "none") | null;
            state: ("ended" | "expired" | "open" | "revoked" | "unstaffed" | "waiting") | null;
        };
        /**
         * DisplayPreview
         * @description What a link leads to. `is_own`: this browser opened it.
         */
        DisplayPreview: {
            activity_title: string;
            is_own: boolean;
            state: ("ended" | "expired" | "open" | "revoked" | "unstaffed" | "waiting") | null;
        };
        /**
         * Displays
         * @description An activity's displays, the newest first, a hundred at most.
         */
        Displays: {
            displays: components["schemas"]["Display"][];
        };
        /**
         * DoorBundle
         * @description A page of everybody. At `expires_at` a phone forgets them.
         */
        DoorBundle: {
            /** Format: date-time */
            expires_at: string;
            /** @description Empty: this is the last page. */
            next_page_token: string;
            people: components["schemas"]["DoorPerson"][];
            /** Format: date-time */
            server_time: string;
        };
        /**
         * DoorExtra
         * @description What else is known of somebody, and for them to see.
         */
        DoorExtra: {
            heading: string;
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
         * DoorPerson
         * @description Somebody as staff at a door see them. Of a `person` the roster says nothing; a `guest` is on none.
         */
        DoorPerson: {
            /** @description By which personal codes for this activity are verified, newest first; only in what a phone takes along. */
            code_keys: string[];
            /** @description As on a label; of entries alone. */
            entry_code: string;
            entry_id: string | null;
            extra: components["schemas"]["DoorExtra"][];
            group: string;
            kind: ("entry" | "guest" | "person") | null;
            name: string;
            /** @description Masked. */
            number: string;
            /** @description The last four digits, or empty. */
            phone_tail: string;
            /**
             * Format: uuid
             * @description As whom they check in: the user, where an entry is bound to one, else the entry or the guest itself.
             */
            user_id: string;
        };
        /**
         * DuplicateOf
         * @description The record that holds the seat; to staff also how it came, null for what nobody can tell.
         */
        DuplicateOf: {
            /** @description Who let them in. */
            by?: string | null;
            /** Format: date-time */
            checked_in_at: string;
            gate?: string | null;
            /** Format: uuid */
            id: string;
            method?: ("code" | "nfc" | "place" | "qr" | "staff") | null;
        };
        /**
         * EntryInvite
         * @description A code by which one person becomes an entry, once; nobody is told it again, and a new one ends it.
         */
        EntryInvite: {
            code: string;
            /** Format: date-time */
            expires_at: string;
            url: string;
        };
        /**
         * EntryInvitePreview
         * @description What an invite leads to; of the name only its ends.
         */
        EntryInvitePreview: {
            name: string;
            /** @description Empty while nobody can tell. */
            organisation_name: string;
            roster_title: string;
        };
        /**
         * EntryPerson
         * @description Who an entry is.
         */
        EntryPerson: {
            /** Format: uuid */
            user_id: string;
        };
        /**
         * Event
         * @description One step in the life of a record; `reason` is what a human gave, a stale decision counted for nothing.
         *
         *         Of `marked`, `mark` is what staff say the person counts as; without one they took that back. `is_lapse`: nobody
         *         decided in time, and the activity's policy did.
         */
        Event: {
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            event: "annulled" | "appealed" | "approved" | "completed" | "marked" | "received" | "refused";
            /** @default false */
            is_lapse?: boolean;
            /** @default false */
            is_stale?: boolean;
            /** @default null */
            mark?: ("absent" | "late" | "leave" | "present") | null;
            /** @default  */
            reason?: string;
        };
        /**
         * Export
         * @description A file on its way.
         *
         *         `reason` says why it failed, or what a running one waits for. A file is erased at `expires_at`.
         */
        Export: {
            activity_id: string | null;
            /** Format: date-time */
            created_at: string;
            expires_at: string | null;
            file_bytes: number;
            file_name: string;
            finished_at: string | null;
            /** @enum {string} */
            format: "csv" | "pdf" | "xlsx";
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            organisation_id: string;
            /** @description 0 to 100. */
            progress: number;
            reason: string | null;
            /** @enum {string} */
            report: "activity" | "checkins" | "organisation" | "people" | "proof" | "register" | "sign_sheet";
            row_count: number;
            shows_phones: boolean;
            /** @enum {string} */
            state: "cancelled" | "done" | "expired" | "failed" | "queued" | "running";
            /** Format: uuid */
            user_id: string;
        };
        /**
         * ExportColumns
         * @description What a report can show, and what the caller chose last; none: nothing yet.
         */
        ExportColumns: {
            chosen: string[];
            columns: string[];
        };
        /**
         * ExportedEntry
         * @description What a roster says of the caller.
         */
        ExportedEntry: {
            extra: {
                [key: string]: string;
            };
            group: string;
            name: string;
            note: string;
            number: string;
            phone: string;
            /** Format: uuid */
            roster_id: string;
        };
        /**
         * ExportFilter
         * @description Whom to write, as lists of people are filtered; what is left out asks for nothing.
         */
        ExportFilter: {
            /** @default null */
            answer?: ("coming" | "leave") | null;
            /** @default  */
            gate?: string;
            /** @default  */
            group?: string;
            /** @default null */
            method?: ("code" | "nfc" | "place" | "qr" | "staff") | null;
            /**
             * @description One of the activity's `occurrences`; left out: the newest that has opened.
             * @default null
             */
            occurrence_id?: string | null;
            /** @default null */
            punctuality?: ("early_leave" | "late" | "on_time") | null;
            /** @default  */
            q?: string;
            /** @default  */
            reason?: string;
            /** @default null */
            status?: ("absent" | "checked_in" | "pending_review" | "provisional" | "refused") | null;
        };
        /**
         * ExportPlan
         * @description What is made, when, and who is told.
         *
         *         Of the organisation a `register` of what it held since the last time; with `activity_id` that activity as it is by
         *         then. `after_close` makes it of each activity of the organisation (or of the one named) once it is settled.
         */
        ExportPlan: {
            /** @default null */
            activity_id?: string | null;
            /** @default [] */
            columns?: string[];
            filters?: components["schemas"]["ExportFilter"];
            /** @enum {string} */
            format: "csv" | "pdf" | "xlsx";
            /** @default false */
            paused?: boolean;
            /** @enum {string} */
            report: "activity" | "checkins" | "organisation" | "people" | "proof" | "register" | "sign_sheet";
            /** @enum {string} */
            rhythm: "after_close" | "daily" | "weekly";
            /**
             * @description Of daily and weekly, in time_zone.
             * @default 00:00
             */
            time?: string;
            /**
             * @description IANA; empty: that of the activity, or China's.
             * @default
             */
            time_zone?: string;
            title: string;
            /**
             * @description Of whoever said so last.
             * @default true
             */
            to_inbox?: boolean;
            /** @default [] */
            webhook_ids?: string[];
            /**
             * @description 1 is Monday; of weekly.
             * @default 1
             */
            weekday?: number;
        };
        /**
         * Exports
         * @description A page of exports.
         */
        Exports: {
            exports: components["schemas"]["Export"][];
            /** @description Empty: this is the last page. */
            next_page_token: string;
        };
        /**
         * ExportSchedule
         * @description A schedule; `paused_reason` says why it paused itself, and saying it anew has it go on.
         */
        ExportSchedule: {
            activity_id: string | null;
            columns: string[];
            /** Format: date-time */
            created_at: string;
            filters: components["schemas"]["ExportFilter"];
            /** @enum {string} */
            format: "csv" | "pdf" | "xlsx";
            /** Format: uuid */
            id: string;
            last_export_id: string | null;
            last_run_at: string | null;
            next_due_at: string | null;
            /** Format: uuid */
            organisation_id: string;
            paused: boolean;
            paused_reason: string | null;
            /** @enum {string} */
            report: "activity" | "checkins" | "organisation" | "people" | "proof" | "register" | "sign_sheet";
            /** @enum {string} */
            rhythm: "after_close" | "daily" | "weekly";
            /** @description Of daily and weekly, in time_zone. */
            time: string;
            /** @description IANA; empty: that of the activity, or China's. */
            time_zone: string;
            title: string;
            to_inbox: boolean;
            /** Format: uuid */
            user_id: string;
            webhook_ids: string[];
            /** @description 1 is Monday; of weekly. */
            weekday: number;
        };
        /**
         * ExportSchedules
         * @description All of an organisation, the newest first.
         */
        ExportSchedules: {
            schedules: components["schemas"]["ExportSchedule"][];
        };
        /**
         * ExtraColumn
         * @description See `NewExtraColumn`.
         */
        ExtraColumn: {
            heading: string;
            is_shown: boolean;
        };
        /**
         * Features
         * @description What a phone may send here; it leaves out everything that is not named.
         */
        Features: {
            checkin_fields: string[];
            checkin_methods: string[];
            event_fields: string[];
            staff_fields: string[];
            sync_fields: string[];
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
         * Figures
         * @description People, summed over occurrences.
         *
         *         `expected`, `came` and `leave` are of the `counted` occurrences, of which it is known how many are expected, and
         *         null where there are none. `rate` is came / (expected - leave).
         */
        Figures: {
            by_method: {
                [key: string]: number;
            };
            came: number | null;
            checked_in: number;
            counted: number;
            doubtful: number;
            expected: number | null;
            late: number;
            leave: number | null;
            occurrences: number;
            provisional: number;
            rate: number | null;
            refused: number;
        };
        /**
         * Finding
         * @description A word, of which screens make a sentence with its numbers.
         */
        Finding: {
            code: string;
            numbers: {
                [key: string]: number;
            };
            words: {
                [key: string]: string;
            };
        };
        /**
         * Funnel
         * @description Who began, and came again on the seventh day after; of the cohorts of which that day is over.
         */
        Funnel: {
            day_7: number;
            first: number;
            rate: number | null;
        };
        /**
         * Grant
         * @description The person's answer about one template.
         */
        Grant: {
            /** @enum {string} */
            result: "accept" | "ban" | "filter" | "reject";
            template_id: string;
        };
        /**
         * Grants
         * @description All answers of one question.
         */
        Grants: {
            grants: components["schemas"]["Grant"][];
        };
        /**
         * GroupBehaviour
         * @description A group of the roster, summed over occurrences; one of fewer than five people is shown to owners alone.
         */
        GroupBehaviour: {
            absent_people: number;
            came: number;
            expected: number;
            group: string;
            late: number;
            leave: number;
            people: number;
            rate: number | null;
        };
        /**
         * GroupCount
         * @description People of one group of a roster; `group` is empty for those without one.
         */
        GroupCount: {
            absent: number | null;
            came: number;
            expected: number;
            group: string;
            leave: number;
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
         * ImportColumn
         * @description What heads a column, and what that means; `field` is empty where it is passed over.
         */
        ImportColumn: {
            /** @description name, number, phone, group, note or extra. */
            field: string;
            heading: string;
        };
        /**
         * ImportedPerson
         * @description What a file says of a person.
         */
        ImportedPerson: {
            /** @description What else is known, at most eight columns by their headings. */
            extra: {
                [key: string]: string;
            };
            group: string;
            name: string;
            note: string;
            number: string;
            /** @description Masked. */
            phone: string;
        };
        /**
         * ImportFault
         * @description Why nothing of a file was taken, and what to do.
         */
        ImportFault: {
            cause: string;
            cure: string;
            reason: string;
        };
        /**
         * Inbox
         * @description A page of an inbox, the newest first.
         */
        Inbox: {
            messages: components["schemas"]["InboxMessage"][];
            /** @description Empty: this is the last page. */
            next_page_token: string;
            unread_count: number;
        };
        /**
         * InboxFigures
         * @description What a file is about, in numbers; `expected` is 0 where nobody knows.
         */
        InboxFigures: {
            came: number;
            expected: number;
            leave: number;
        };
        /**
         * InboxMessage
         * @description Something to know. `title` is what the schedule, or the robot, is called.
         */
        InboxMessage: {
            /** Format: date-time */
            created_at: string;
            export_id: string | null;
            figures: components["schemas"]["InboxFigures"] | null;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "delivery_failed" | "export_failed" | "export_ready" | "schedule_paused";
            /** Format: uuid */
            organisation_id: string;
            read_at: string | null;
            reason: string | null;
            title: string;
        };
        /**
         * Invite
         * @description An invite as those see it who manage members. `url` is what its QR says.
         */
        Invite: {
            /** @description null: to the organisation. */
            activity_id: string | null;
            activity_title: string | null;
            code: string;
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            created_by: string;
            /** Format: date-time */
            expires_at: string;
            group: string;
            /** Format: uuid */
            id: string;
            role: ("member" | "organiser" | "owner" | "staff") | null;
            state: ("expired" | "open" | "revoked" | "used_up") | null;
            url: string;
            used: number;
            uses: number;
        };
        /**
         * InvitePreview
         * @description What a code leads to, before it binds.
         */
        InvitePreview: {
            /** @description null: to the organisation. */
            activity_id: string | null;
            activity_title: string | null;
            /** Format: date-time */
            expires_at: string;
            group: string;
            invited_by: string;
            organisation_name: string;
            /** @description The caller's there; null: none. */
            own_role: ("member" | "organiser" | "owner" | "staff") | null;
            role: ("member" | "organiser" | "owner" | "staff") | null;
        };
        /**
         * Invites
         * @description A page of invites, the latest first.
         */
        Invites: {
            invites: components["schemas"]["Invite"][];
            /** @description Empty: this is the last page. */
            next_page_token: string;
        };
        /**
         * InviteWithUses
         * @description An invite, and the members who joined with it, in order; who has left since is not named.
         */
        InviteWithUses: {
            /** @description null: to the organisation. */
            activity_id: string | null;
            activity_title: string | null;
            code: string;
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            created_by: string;
            /** Format: date-time */
            expires_at: string;
            group: string;
            /** Format: uuid */
            id: string;
            role: ("member" | "organiser" | "owner" | "staff") | null;
            state: ("expired" | "open" | "revoked" | "used_up") | null;
            url: string;
            used: number;
            used_by: components["schemas"]["Member"][];
            uses: number;
        };
        /**
         * Item
         * @description One check-in of a decision on many, and the revision that the human saw.
         */
        Item: {
            /** Format: uuid */
            id: string;
            /** @description The one that was looked at. */
            revision: number;
        };
        /**
         * KioskAnswer
         * @description What became of it. `person` is null for who is on no roster, was refused, or where the kiosk shows no names.
         */
        KioskAnswer: {
            checked_in_at: string | null;
            /**
             * @description Of the kiosk.
             * @enum {string}
             */
            direction: "in" | "out";
            earlier: components["schemas"]["CameEarlier"] | null;
            late_by_s: number;
            /** @description For the person. */
            message: string;
            /** @enum {string} */
            outcome: "accepted" | "annulled" | "duplicate" | "pending_review" | "provisional" | "refused" | "superseded";
            person: components["schemas"]["KioskPerson"] | null;
            punctuality: ("early_leave" | "late" | "on_time") | null;
            reasons: ({
                reason: string;
            } & {
                [key: string]: unknown;
            })[];
        };
        /**
         * KioskPerson
         * @description Somebody on the activity's roster, named as the organiser chose for this kiosk.
         */
        KioskPerson: {
            group: string;
            name: string;
        };
        /**
         * Lapse
         * @description What becomes of what waits when nobody decides, as the activity's policy says.
         */
        Lapse: {
            /**
             * Format: date-time
             * @description No sooner than then; a human's word puts it off.
             */
            at: string;
            /** @enum {string} */
            counts_as: "absent" | "present";
        };
        /**
         * Latest
         * @description Somebody who checked in.
         */
        Latest: {
            /** Format: date-time */
            checked_in_at: string;
            name: string;
        };
        /**
         * LatestPeople
         * @description Who checked in last, the latest first; nobody where the screen shows no names.
         */
        LatestPeople: {
            people: components["schemas"]["Latest"][];
        };
        /**
         * LetIn
         * @description A result per person, in order.
         */
        LetIn: {
            results: components["schemas"]["Result"][];
        };
        /**
         * Location
         * @description Where the phone says it is, in GCJ-02.
         */
        Location: {
            accuracy_m: number | null;
            /** @default 0 */
            age_ms?: number;
            /** @enum {string} */
            coord: "gcj02";
            latitude: number;
            longitude: number;
        };
        /**
         * Look
         * @description Somebody before they are let in: who they are, how they came before, and where they are now.
         */
        Look: {
            /** @description The record that holds their seat; null: they have not come. */
            held: components["schemas"]["DuplicateOf"] | null;
            /** @description They have not come, and nothing of them waits for a human. */
            is_first: boolean;
            is_inside: boolean;
            /** @description Something of them waits for a human. */
            is_pending: boolean;
            left_at: string | null;
            mark: ("absent" | "late" | "leave" | "present") | null;
            /** @description How often they came in. */
            passes: number;
            person: components["schemas"]["DoorPerson"];
        };
        /**
         * Marked
         * @description What one counts as now, or the problem with it; `revision` is null while the mark is on its way.
         */
        Marked: {
            /** @description They were checked in or marked already, and only_unset. */
            is_skipped: boolean;
            mark: ("absent" | "late" | "leave" | "present") | null;
            /** @default null */
            problem?: components["schemas"]["Problem"] | null;
            revision: number | null;
            user_id: string | null;
        };
        /**
         * MarkResults
         * @description What came of each, in order.
         */
        MarkResults: {
            results: components["schemas"]["Marked"][];
        };
        /**
         * Marks
         * @description One mark for many; `none` takes marks back, `only_unset` leaves alone who is checked in or marked already.
         */
        Marks: {
            /** @enum {string} */
            mark: "absent" | "late" | "leave" | "none" | "present";
            /** @default null */
            occurrence_id?: string | null;
            /** @default false */
            only_unset?: boolean;
            people: components["schemas"]["Somebody"][];
            reason: string;
        };
        /**
         * Meant
         * @description One person whom staff mean, in exactly one of five ways.
         */
        Meant: {
            /** @description A UUIDv7, made on the phone before the first send. */
            attempt_id: string;
            /**
             * @description As printed on a label.
             * @default
             */
            entry_code?: string;
            /** @default null */
            guest?: components["schemas"]["Guest"] | null;
            /**
             * @description What their phone shows.
             * @default
             */
            person_token?: string;
            /**
             * @description An entry of the activity's roster.
             * @default
             */
            roster_entry_id?: string;
            /**
             * @description A user; never the caller.
             * @default
             */
            user_id?: string;
        };
        /**
         * Member
         * @description A person in an organisation; the group may be empty.
         */
        Member: {
            group: string;
            /** Format: date-time */
            joined_at: string;
            name: string;
            role: ("member" | "organiser" | "owner" | "staff") | null;
            /** Format: uuid */
            user_id: string;
        };
        /**
         * MemberChange
         * @description A member's new role, group, or both.
         */
        MemberChange: {
            /** @default null */
            group?: string | null;
            /** @default null */
            role?: ("member" | "organiser" | "owner" | "staff") | null;
        };
        /**
         * Members
         * @description A page of members.
         */
        Members: {
            members: components["schemas"]["Member"][];
            /** @description Empty: this is the last page. */
            next_page_token: string;
        };
        /**
         * MinuteCount
         * @description People who came in `span_s` from a minute on: longer ago than two hours by 15 minutes, than a day by 4 hours.
         */
        MinuteCount: {
            count: number;
            /** Format: date-time */
            minute: string;
            span_s: number;
        };
        /**
         * NewAccessPoint
         * @description A Wi-Fi whose access point proves the place.
         */
        NewAccessPoint: {
            bssid: string;
            /** @default  */
            ssid?: string;
        };
        /**
         * NewActivity
         * @description An activity to create. The window is [starts_at - opens_before_s, ends_at + closes_after_s].
         */
        NewActivity: {
            /** @default [] */
            ask?: components["schemas"]["NewQuestion"][];
            /**
             * @description 0: unlimited.
             * @default 0
             */
            capacity?: number;
            /** @default 0 */
            closes_after_s?: number;
            /** @description In time_zone, or with an offset (RFC 3339). */
            ends_at: string;
            /**
             * @description Where there is no roster; 0: nobody knows.
             * @default 0
             */
            expected_count?: number;
            /** @default [] */
            gates?: string[];
            /** @enum {string} */
            kind: "attendance" | "event" | "points";
            /**
             * @description Counted from starts_at; null: nobody is late.
             * @default null
             */
            late_after_s?: number | null;
            /**
             * @default [
             *       "qr"
             *     ]
             */
            methods?: ("code" | "nfc" | "place" | "qr" | "staff")[];
            /** @default 7200 */
            offline_window_s?: number;
            /** @default 0 */
            opens_before_s?: number;
            /** Format: uuid */
            organisation_id: string;
            /** @default null */
            place?: components["schemas"]["NewPlace"] | null;
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
            /**
             * @description once: who went does not come in again.
             * @default in_out
             * @enum {string}
             */
            reentry?: "in_out" | "once";
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
            /** @description In time_zone, or with an offset (RFC 3339). */
            starts_at: string;
            /** @default false */
            strict?: boolean;
            /** @default Asia/Shanghai */
            time_zone?: string;
            title: string;
            /** @default [] */
            wifi?: components["schemas"]["NewAccessPoint"][];
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
         * NewDetail
         * @description What the caller says. A phone number is never typed: `phone_code` comes from WeChat's phone-number button.
         */
        NewDetail: {
            /** @enum {string} */
            detail: "employer" | "name" | "number" | "phone" | "text";
            /** @default  */
            label?: string;
            /** @default  */
            phone_code?: string;
            /** @default  */
            value?: string;
        };
        /**
         * NewDetails
         * @description Some of what is asked; what is left out stays, an empty value takes it back.
         */
        NewDetails: {
            details: components["schemas"]["NewDetail"][];
        };
        /**
         * NewDisplay
         * @description A screen to make.
         */
        NewDisplay: {
            /**
             * @description Of a kiosk: whether people check in or out there.
             * @default in
             * @enum {string}
             */
            direction?: "in" | "out";
            /**
             * @description Of a kiosk: one of the activity's gates; empty: a name of its own.
             * @default
             */
            gate?: string;
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
        };
        /**
         * NewExport
         * @description What somebody wants in a file, of an activity or of an organisation's period.
         *
         *         `people`, `checkins` and `register` are tables, as xlsx or csv; the others are papers, as pdf. `organisation` is of
         *         an organisation's period, `register` of either, all others of one activity.
         */
        NewExport: {
            /** @default null */
            activity_id?: string | null;
            /**
             * @description In the order of the file; none: all but phones.
             * @default []
             */
            columns?: string[];
            filters?: components["schemas"]["ExportFilter"];
            /** @enum {string} */
            format: "csv" | "pdf" | "xlsx";
            /**
             * @description Of organisations and of pdf when occurrences open, else when people came. `from` is included, `to` is not.
             * @default null
             */
            from?: string | null;
            /** @default null */
            organisation_id?: string | null;
            /**
             * @description Of the report proof alone.
             * @default null
             */
            proof?: components["schemas"]["ProofWish"] | null;
            /** @enum {string} */
            report: "activity" | "checkins" | "organisation" | "people" | "proof" | "register" | "sign_sheet";
            /**
             * @description Phones whole; for organisers, who fetched it is kept.
             * @default false
             */
            shows_phones?: boolean;
            /**
             * @description IANA: where `from` and `to` are the ends of days; empty: China's.
             * @default
             */
            time_zone?: string;
            /** @default null */
            to?: string | null;
        };
        /**
         * NewExtraColumn
         * @description A column of what else is known of people, and whether each is shown what it says of them.
         */
        NewExtraColumn: {
            heading: string;
            /** @default false */
            is_shown?: boolean;
        };
        /**
         * NewInvite
         * @description An invite to make. An owner is not invited but made of a member.
         */
        NewInvite: {
            /**
             * @description With the role staff only: who joins is staff of it alone, and no member.
             * @default null
             */
            activity_id?: string | null;
            /**
             * Format: date-time
             * @description A year ahead at most.
             */
            expires_at: string;
            /**
             * @description Of those who join with it.
             * @default
             */
            group?: string;
            /** @enum {string} */
            role: "member" | "organiser" | "staff";
            /**
             * @description How many people may join with it.
             * @default 1
             */
            uses?: number;
        };
        /**
         * NewMember
         * @description A person to add, with a role.
         */
        NewMember: {
            /**
             * @default member
             * @enum {string}
             */
            role?: "member" | "organiser" | "owner" | "staff";
            /** Format: uuid */
            user_id: string;
        };
        /**
         * NewOccurrence
         * @description Another window from now on; the one before takes no check-ins any more.
         */
        NewOccurrence: {
            /**
             * @description Left out: until the activity ends as planned, at least a quarter of an hour.
             * @default null
             */
            minutes?: number | null;
            /** @description One more than there are; one that is there stays as it is. */
            number: number;
        };
        /**
         * NewOrganisation
         * @description An organisation to create; its creator becomes the owner.
         */
        NewOrganisation: {
            name: string;
        };
        /**
         * NewPlace
         * @description Where people check in, in GCJ-02 as `wx.chooseLocation` gives it.
         */
        NewPlace: {
            /** @enum {string} */
            coord: "gcj02";
            latitude: number;
            longitude: number;
            /** @default  */
            name?: string;
            /** @default 500 */
            radius_m?: number;
        };
        /**
         * NewPolicy
         * @description What is made of a finding.
         */
        NewPolicy: {
            /**
             * @default off
             * @enum {string}
             */
            face?: "off" | "refuse" | "review";
            /**
             * @default review
             * @enum {string}
             */
            fence?: "off" | "refuse" | "review";
            /**
             * @default accept
             * @enum {string}
             */
            late?: "accept" | "refuse" | "review";
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
             * @default review
             * @enum {string}
             */
            offline?: "accept" | "refuse" | "review";
            /**
             * @description Whether people may have a proof that they came without asking an organiser.
             * @default after_close
             * @enum {string}
             */
            own_proof?: "after_close" | "never";
            /**
             * @default any
             * @enum {string}
             */
            place?: "all" | "any";
            /**
             * @description What becomes of what nobody reviews within `undecided_after_s` of the close; null: it waits on.
             * @default null
             */
            undecided?: ("absent" | "present") | null;
            /**
             * @default off
             * @enum {string}
             */
            wifi?: "off" | "refuse" | "review";
        };
        /**
         * NewQuestion
         * @description What is asked of whoever was accepted; only text has a label.
         */
        NewQuestion: {
            /** @enum {string} */
            detail: "employer" | "name" | "number" | "phone" | "text";
            /** @default  */
            label?: string;
        };
        /**
         * NewRoster
         * @description A roster to make; people are put on it afterwards.
         */
        NewRoster: {
            title: string;
        };
        /**
         * NewRosterEntry
         * @description A person to expect. A `phone` that is told masked stays the one that is known.
         */
        NewRosterEntry: {
            /**
             * @description What else is known, at most eight columns by their headings.
             * @default {}
             */
            extra?: {
                [key: string]: string;
            };
            /** @default  */
            group?: string;
            name: string;
            /** @default  */
            note?: string;
            /** @default  */
            number?: string;
            /** @default  */
            phone?: string;
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
         * NewTag
         * @description A tag to make. `static` says the same to everybody; `sun` is an NTAG 424 DNA, which never says the same twice.
         */
        NewTag: {
            /**
             * @description One of the activity's gates; empty: at none.
             * @default
             */
            gate?: string;
            /** @enum {string} */
            kind: "static" | "sun";
            /** @description What people call it. */
            label: string;
        };
        /**
         * NewWebhook
         * @description A robot of a group chat.
         */
        NewWebhook: {
            /** @enum {string} */
            kind: "dingtalk" | "feishu" | "wecom";
            label: string;
            /**
             * @description Of a robot that asks for signatures; empty: it does not.
             * @default
             */
            secret?: string;
            /** @description As the chat shows it, with its key. */
            url: string;
        };
        /**
         * Occurrence
         * @description One time window of an activity, in which people check in once; `number` is 1 of the first.
         */
        Occurrence: {
            /** Format: date-time */
            closes_at: string;
            /** Format: date-time */
            ends_at: string;
            /** Format: uuid */
            id: string;
            number: number;
            /** Format: date-time */
            opens_at: string;
            /** Format: date-time */
            starts_at: string;
        };
        /**
         * OpenedPlaceTicket
         * @description What a browser shows and what it keeps to itself: the place goes to who has `poll_secret`.
         *
         *         `confirm_url` leads to a WeChat simulator that answers it; empty where there is none.
         */
        OpenedPlaceTicket: {
            confirm_url: string;
            /** Format: date-time */
            expires_at: string;
            /** @description In seconds. */
            expires_in: number;
            poll_secret: string;
            qr: string;
            /** Format: uuid */
            ticket: string;
        };
        /**
         * OpenedTicket
         * @description What a browser shows and what it keeps to itself: the session goes to who has `poll_secret`.
         *
         *         `confirm_url` leads to a WeChat simulator that confirms it; empty where there is none.
         */
        OpenedTicket: {
            confirm_url: string;
            digits: string;
            /** Format: date-time */
            expires_at: string;
            /** @description In seconds. */
            expires_in: number;
            poll_secret: string;
            qr: string;
            /** Format: uuid */
            ticket: string;
        };
        /**
         * Opening
         * @description The code of a link.
         */
        Opening: {
            code: string;
        };
        /**
         * Organisation
         * @description An organisation and the caller's role in it.
         */
        Organisation: {
            /** @description null: it goes on. */
            archived_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            id: string;
            name: string;
            role: ("member" | "organiser" | "owner" | "staff") | null;
            /** @description How long humans have before `policy.undecided` of an activity decides. */
            undecided_after_s: number;
        };
        /**
         * OrganisationChange
         * @description What is changed of an organisation.
         */
        OrganisationChange: {
            name: string;
        };
        /**
         * Organisations
         * @description A page of organisations.
         */
        Organisations: {
            /** @description Empty: this is the last page. */
            next_page_token: string;
            organisations: components["schemas"]["Organisation"][];
        };
        /**
         * OwnAnswer
         * @description Whether the caller said that they come.
         */
        OwnAnswer: {
            /** Format: uuid */
            activity_id: string;
            answer: ("coming" | "leave") | null;
            /** Format: date-time */
            answered_at: string;
        };
        /**
         * OwnCode
         * @description The keys of this period and the next; a new code is drawn every `period_s` seconds of the server's time.
         */
        OwnCode: {
            keys: components["schemas"]["CodeKey"][];
            period_s: number;
            /** Format: date-time */
            server_time: string;
            /** Format: uuid */
            user_id: string;
        };
        /**
         * OwnData
         * @description What is known of the caller. Their check-ins are at `/v1/me/checkins`.
         */
        OwnData: {
            answers: components["schemas"]["OwnAnswer"][];
            details: components["schemas"]["OwnDetail"][];
            entries: components["schemas"]["ExportedEntry"][];
            organisations: components["schemas"]["Organisation"][];
            subscriptions: components["schemas"]["Standing"];
            user: components["schemas"]["User"];
        };
        /**
         * OwnDetail
         * @description What the caller told an organisation.
         */
        OwnDetail: {
            detail: ("employer" | "name" | "number" | "phone" | "text") | null;
            label: string;
            /** Format: uuid */
            organisation_id: string;
            /** Format: date-time */
            said_at: string;
            value: string;
        };
        /**
         * OwnEntry
         * @description Oneself on a roster.
         */
        OwnEntry: {
            group: string;
            /** Format: uuid */
            id: string;
            name: string;
            shown: components["schemas"]["Shown"][];
        };
        /**
         * OwnListing
         * @description Whether an activity has a roster, and which entry of it the caller is: null for none yet.
         */
        OwnListing: {
            entry: components["schemas"]["OwnEntry"] | null;
            is_listed: boolean;
            roster_title: string;
        };
        /**
         * OwnProof
         * @description A proof on its way; `reason` says why it failed, or what a running one waits for.
         */
        OwnProof: {
            /** Format: date-time */
            created_at: string;
            expires_at: string | null;
            file_bytes: number;
            file_name: string;
            /** @description 0 to 100. */
            progress: number;
            reason: string | null;
            /** @enum {string} */
            state: "cancelled" | "done" | "expired" | "failed" | "queued" | "running";
        };
        /**
         * Participation
         * @description Where the caller stands. What they say is kept for `keeps_days` after the organisation's last such activity.
         */
        Participation: {
            answer: ("coming" | "leave") | null;
            keeps_days: number;
            /** @description Empty while nobody can tell. */
            organisation_name: string;
            purpose: string;
            questions: components["schemas"]["Asked"][];
        };
        /**
         * People
         * @description A page of people.
         */
        People: {
            /** @description Empty: this is the last page. */
            next_page_token: string;
            people: components["schemas"]["Person"][];
        };
        /**
         * Person
         * @description One person in an activity; `status` is null for who is expected, has not tried, and may still come.
         */
        Person: {
            answer: ("coming" | "leave") | null;
            checked_in_at: string | null;
            /** @description One for each question, or none. */
            details: string[];
            /** @description The user_id too, while nobody knows who it is. */
            entry_id: string | null;
            gate: string | null;
            group: string;
            is_inside: boolean;
            /** @description Whether they are on the roster; null: there is none to read. */
            is_listed: boolean | null;
            /** @description null: they have not left, or have come back. */
            left_at: string | null;
            left_early: boolean;
            /** @description What staff say they count as; status, punctuality and answer follow it, whatever they did. */
            mark: ("absent" | "late" | "leave" | "present") | null;
            method: string | null;
            name: string;
            number: string;
            punctuality: string | null;
            reasons: string[];
            status: ("absent" | "checked_in" | "pending_review" | "provisional" | "refused") | null;
            /** Format: uuid */
            user_id: string;
        };
        /**
         * PhoneCode
         * @description What the button for the phone number gives, `wx.getPhoneNumber`; it works once.
         */
        PhoneCode: {
            code: string;
        };
        /**
         * Place
         * @description Where people check in, in GCJ-02.
         */
        Place: {
            /** @enum {string} */
            coord: "gcj02";
            latitude: number;
            longitude: number;
            /** @default  */
            name: string;
            /** @default 500 */
            radius_m: number;
        };
        /**
         * PlaceChanges
         * @description What changes of the place; where it is goes together.
         */
        PlaceChanges: {
            /** @enum {string} */
            coord?: "gcj02";
            latitude?: number;
            longitude?: number;
            name?: string;
            radius_m?: number;
        };
        /**
         * Policy
         * @description What is made of a finding.
         */
        Policy: {
            /**
             * @default off
             * @enum {string}
             */
            face: "off" | "refuse" | "review";
            /**
             * @default review
             * @enum {string}
             */
            fence: "off" | "refuse" | "review";
            /**
             * @default accept
             * @enum {string}
             */
            late: "accept" | "refuse" | "review";
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
             * @default review
             * @enum {string}
             */
            offline: "accept" | "refuse" | "review";
            /**
             * @description Whether people may have a proof that they came without asking an organiser.
             * @default after_close
             * @enum {string}
             */
            own_proof: "after_close" | "never";
            /**
             * @default any
             * @enum {string}
             */
            place: "all" | "any";
            /**
             * @description What becomes of what nobody reviews within `undecided_after_s` of the close; null: it waits on.
             * @default null
             */
            undecided: ("absent" | "present") | null;
            /**
             * @default off
             * @enum {string}
             */
            wifi: "off" | "refuse" | "review";
        };
        /**
         * PolicyChanges
         * @description What changes of the policy.
         */
        PolicyChanges: {
            /** @enum {string} */
            face?: "off" | "refuse" | "review";
            /** @enum {string} */
            fence?: "off" | "refuse" | "review";
            /** @enum {string} */
            late?: "accept" | "refuse" | "review";
            location_max_age_s?: number;
            /** @enum {string} */
            not_listed?: "refuse" | "review";
            /** @enum {string} */
            offline?: "accept" | "refuse" | "review";
            /** @enum {string} */
            own_proof?: "after_close" | "never";
            /** @enum {string} */
            place?: "all" | "any";
            undecided?: ("absent" | "present") | null;
            /** @enum {string} */
            wifi?: "off" | "refuse" | "review";
        };
        /**
         * PolledPlace
         * @description What has become of a ticket; with a place once one was chosen.
         */
        PolledPlace: {
            place: components["schemas"]["TicketPlace"] | null;
            state: ("approved" | "denied" | "expired" | "pending") | null;
        };
        /**
         * PolledTicket
         * @description What has become of a ticket; with a session once it is approved, and only once.
         */
        PolledTicket: {
            session: components["schemas"]["ConsoleSession"] | null;
            state: ("approved" | "denied" | "expired" | "pending") | null;
        };
        /**
         * Privacy
         * @description How long an organisation keeps names, numbers and phones after its last activity with a roster or questions.
         */
        Privacy: {
            keeps_days: number;
            purpose: string;
        };
        /**
         * PrivacyChange
         * @description What to change; what is left out stays.
         */
        PrivacyChange: {
            keeps_days?: number;
            purpose?: string;
        };
        /**
         * Problem
         * @description A problem document with our extensions.
         *
         *         `reason` is a stable code, `message` a sentence for the person, `receipt` the proof of arrival to send again with
         *         the same attempt, `reasons` and `checkin` the refused attempt.
         */
        Problem: {
            /** @default null */
            checkin?: unknown;
            detail: string;
            /** @default [] */
            errors?: components["schemas"]["FieldProblem"][];
            instance: string;
            /** @default  */
            message?: string;
            /** @default {} */
            metadata?: {
                [key: string]: string;
            };
            reason: string;
            /** @default [] */
            reasons?: Record<string, never>[];
            /** @default  */
            receipt?: string;
            /** @default null */
            retry_after_s?: number | null;
            status: number;
            title: string;
            type: string;
        };
        /**
         * ProfileChange
         * @description What a person changes of their own profile.
         */
        ProfileChange: {
            name: string;
        };
        /**
         * ProofWish
         * @description For whom there is to be a proof: who came often and long enough, of everybody or of some.
         */
        ProofWish: {
            /**
             * @description From coming to leaving, of all occurrences together; 0: it is not asked.
             * @default 0
             */
            minimum_minutes?: number;
            /**
             * @description 0: once is enough.
             * @default 0
             */
            minimum_sessions?: number;
            /**
             * @description As lists of people tell them; none: everybody.
             * @default []
             */
            user_ids?: string[];
        };
        /**
         * Qr
         * @description The current QR and code of an activity; fetch again after `refresh_in_s`.
         */
        Qr: {
            code: string;
            /** Format: date-time */
            expires_at: string;
            refresh_in_s: number;
            slot: number;
            token: string;
            url: string;
        };
        /**
         * Quality
         * @description How well checking in works; advice is told to owners and organisers alone.
         */
        Quality: {
            advice: components["schemas"]["Advice"][];
            /** Format: date-time */
            as_of: string;
            by_activity: components["schemas"]["QualityPoint"][];
            from: string;
            is_filling: boolean;
            over_time: components["schemas"]["QualityPoint"][];
            to: string;
            whole: components["schemas"]["QualityFigures"];
        };
        /**
         * QualityFigures
         * @description People, summed over occurrences, and what a sample of phones measured.
         *
         *         `success_rate` is checked_in / tried, `anomaly_rate` anomalous / tried. A scan that named no activity of ours is
         *         counted nowhere.
         */
        QualityFigures: {
            accuracy_m: components["schemas"]["Bucket"][];
            anomalous: number;
            anomaly_rate: number | null;
            answer_mean_ms: number | null;
            answer_p95_ms: number | null;
            /** @description Of how many check-ins phones told how long they took. */
            answers: number;
            by_staff: number;
            checked_in: number;
            distance_m: components["schemas"]["Bucket"][];
            doubtful: number;
            /** @description Of those outside whom a human let in. */
            honest_outside_m: components["schemas"]["Bucket"][];
            locates: number;
            locates_failed: number;
            location_denied: number;
            location_missing: number;
            location_uncertain: number;
            occurrences: number;
            offline: number;
            outside: number;
            provisional: number;
            qr_expired: number;
            refused: number;
            scans_cancelled: number;
            scans_failed: number;
            slot_age_s: components["schemas"]["Bucket"][];
            success_rate: number | null;
            tried: number;
            tried_again: number;
            wifi_mismatch: number;
            wifi_missing: number;
        };
        /**
         * QualityPoint
         * @description The quality of a day, of a week from its Monday on, or of an activity.
         */
        QualityPoint: {
            figures: components["schemas"]["QualityFigures"];
            /** @description A day, the Monday of a week, 1 (Monday) to 7, 00 to 23, an activity's id, or a group's name. */
            key: string;
            title: string;
        };
        /**
         * Question
         * @description What is asked of whoever was accepted; only text has a label.
         */
        Question: {
            /** @enum {string} */
            detail: "employer" | "name" | "number" | "phone" | "text";
            /** @default  */
            label: string;
        };
        /**
         * Queue
         * @description A page of what waits for the caller in all of an organisation, without their own attempts.
         *
         *         `count` and `activities` are on the first page only: a thousand stands for more than 999, and of activities it
         *         names the 200 where the most waits, whatever is filtered.
         */
        Queue: {
            activities: components["schemas"]["WaitingActivity"][];
            count: number | null;
            /** @description Empty: this is the last page. */
            next_page_token: string;
            reviews: components["schemas"]["Review"][];
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
         * Record
         * @description One record with its sentence and what happened to it, oldest first.
         */
        Record: {
            checkin: components["schemas"]["Checkin"];
            history: components["schemas"]["Event"][];
            /** @description For the person. */
            message: string;
        };
        /**
         * Refresh
         * @description The refresh token of the last session answer; it works once.
         */
        Refresh: {
            /**
             * @description As in check-ins; the same device may ask again for 120 s, else for 10.
             * @default
             */
            device_id?: string;
            refresh_token: string;
        };
        /**
         * Refusal
         * @description A no, which needs a reason: the person reads it.
         */
        Refusal: {
            reason: string;
            /** @description The one that was looked at. */
            revision: number;
        };
        /**
         * ResolveToken
         * @description What the phone scanned.
         */
        ResolveToken: {
            token: string;
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
            /** @default null */
            checkin?: components["schemas"]["Checkin"] | null;
            /** @default  */
            message?: string;
            outcome: ("accepted" | "annulled" | "duplicate" | "pending_review" | "provisional" | "refused" | "superseded") | null;
            /** @default null */
            problem?: components["schemas"]["Problem"] | null;
            /** @default  */
            receipt?: string;
            retryable: boolean;
            /** @default null */
            user_id?: string | null;
        };
        /**
         * Results
         * @description What came of a decision on many, one result for each check-in in order.
         */
        Results: {
            results: components["schemas"]["Decided"][];
        };
        /**
         * Review
         * @description A case. `is_recorded` is false while a decision is on its way; `claimed_at` is the phone's word.
         */
        Review: {
            accuracy_m: number | null;
            checkin: components["schemas"]["Checkin"];
            claimed_at: string | null;
            history: components["schemas"]["Event"][];
            /** Format: uuid */
            id: string;
            is_recorded: boolean;
            /** @description Of what waits; null: until somebody decides. */
            lapse: components["schemas"]["Lapse"] | null;
            /** Format: date-time */
            received_at: string;
            revision: number;
            /** @enum {string} */
            state: "approved" | "closed" | "pending" | "refused";
            user_name: string;
        };
        /**
         * ReviewPage
         * @description A page of cases, the longest waiting first; `cases` counts all that waits, on the first page only.
         */
        ReviewPage: {
            cases: components["schemas"]["BulkCase"][];
            /** @description Empty: this is the last page. */
            next_page_token: string;
            reviews: components["schemas"]["Review"][];
        };
        /**
         * Roster
         * @description A list of people whom activities may expect. `revision` grows whenever who is on it changes.
         */
        Roster: {
            /** @description Of how many somebody said that it is them. */
            bound: number;
            /** Format: date-time */
            created_at: string;
            /** @description How many are on it now. */
            entries: number;
            extra: components["schemas"]["ExtraColumn"][];
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            organisation_id: string;
            revision: number;
            title: string;
        };
        /**
         * RosterChanges
         * @description What is given is said anew; of `extra` all columns, at most eight.
         */
        RosterChanges: {
            extra?: components["schemas"]["NewExtraColumn"][];
            title?: string;
        };
        /**
         * RosterEntries
         * @description A page of entries.
         */
        RosterEntries: {
            entries: components["schemas"]["RosterEntry"][];
            /** @description Empty: this is the last page. */
            next_page_token: string;
        };
        /**
         * RosterEntry
         * @description A person on a roster. `bound` is null until somebody said in this organisation that it is them.
         */
        RosterEntry: {
            bound: components["schemas"]["BoundTo"] | null;
            /** @description As on a label. */
            entry_code: string;
            /** @description What else is known, at most eight columns by their headings. */
            extra: {
                [key: string]: string;
            };
            group: string;
            /** Format: uuid */
            id: string;
            name: string;
            note: string;
            number: string;
            /** @description Masked. */
            phone: string;
        };
        /**
         * RosterGroup
         * @description A group and how many are in it; "" is those of none.
         */
        RosterGroup: {
            entries: number;
            group: string;
        };
        /**
         * RosterGroups
         * @description All groups of a roster.
         */
        RosterGroups: {
            groups: components["schemas"]["RosterGroup"][];
        };
        /**
         * RosterImport
         * @description A file and what it changes, in people. `done` of `total` changes are dealt with; it lives for an hour.
         *
         *         `missing` are on the roster and not in the file: of them `removed` were taken off and `kept` have checked in.
         *         `skipped` is what somebody else changed meanwhile. `undo_until` is null where nothing can be undone.
         */
        RosterImport: {
            added: number;
            bad: number;
            changed: number;
            columns: components["schemas"]["ImportColumn"][];
            /** Format: date-time */
            created_at: string;
            done: number;
            error: components["schemas"]["ImportFault"] | null;
            /** Format: uuid */
            id: string;
            kept: number;
            missing: number;
            removed: number;
            /** Format: uuid */
            roster_id: string;
            rows: number;
            /** @description The first ten people of the file. */
            sample: components["schemas"]["ImportedPerson"][];
            skipped: number;
            state: ("applied" | "applying" | "failed" | "reading" | "ready" | "undoing" | "undone") | null;
            total: number;
            unchanged: number;
            undo_until: string | null;
        };
        /**
         * Rosters
         * @description A page of rosters.
         */
        Rosters: {
            /** @description Empty: this is the last page. */
            next_page_token: string;
            rosters: components["schemas"]["Roster"][];
        };
        /**
         * RosterUse
         * @description A roster that occurrences of the period have; `title` is that of its latest activity.
         */
        RosterUse: {
            occurrences: number;
            /** Format: uuid */
            roster_id: string;
            title: string;
        };
        /**
         * SavedPlace
         * @description A place as `place` and `wifi` of an activity take it.
         */
        SavedPlace: {
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            organisation_id: string;
            place: components["schemas"]["Place"];
            wifi: components["schemas"]["AccessPoint"][];
        };
        /**
         * SavedPlaces
         * @description A page of places.
         */
        SavedPlaces: {
            /** @description Empty: this is the last page. */
            next_page_token: string;
            places: components["schemas"]["SavedPlace"][];
        };
        /**
         * Screen
         * @description What a browser shows that is a display.
         */
        Screen: {
            activity: components["schemas"]["ShownActivity"];
            display: components["schemas"]["ShownDisplay"];
        };
        /**
         * SeenWifi
         * @description What a phone sees on the spot.
         */
        SeenWifi: {
            wifi: components["schemas"]["NewAccessPoint"][];
        };
        /**
         * SeriesStep
         * @description One occurrence of the roster.
         */
        SeriesStep: {
            /** Format: uuid */
            activity_id: string;
            came: number;
            day: string;
            expected: number;
            leave: number;
            /** Format: uuid */
            occurrence_id: string;
            rate: number | null;
            title: string;
        };
        /**
         * Session
         * @description Tokens of a signed-in person. `expires_in` in seconds.
         */
        Session: {
            access_token: string;
            expires_in: number;
            refresh_token: string;
            user: components["schemas"]["User"];
        };
        /**
         * Shown
         * @description Something more that is known of somebody, and for them to see.
         */
        Shown: {
            heading: string;
            value: string;
        };
        /**
         * ShownActivity
         * @description An activity as a screen shows it.
         */
        ShownActivity: {
            /** Format: date-time */
            closes_at: string;
            /** Format: date-time */
            ends_at: string;
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            opens_at: string;
            place_name: string;
            qr_period_s: number;
            /** Format: date-time */
            starts_at: string;
            state: ("cancelled" | "closed" | "draft" | "published") | null;
            time_zone: string;
            title: string;
        };
        /**
         * ShownDisplay
         * @description A screen as it knows itself: nobody of those who see it needs to know who made it.
         */
        ShownDisplay: {
            /** @description Of a kiosk: whether people check in or out there. */
            direction: ("in" | "out") | null;
            /** Format: date-time */
            expires_at: string;
            /** @description Of a kiosk: what it is called. */
            gate: string | null;
            /** Format: uuid */
            id: string;
            kind: ("kiosk" | "qr" | "wall") | null;
            show_names: ("full" | "masked" | "none") | null;
            state: ("ended" | "expired" | "open" | "revoked" | "unstaffed" | "waiting") | null;
        };
        /**
         * SignedIn
         * @description A session that goes on. `last_used_at`: when it last had new tokens; `is_current`: it is the caller's own.
         */
        SignedIn: {
            /** @description Empty: nobody can tell. */
            browser: string;
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            id: string;
            is_current: boolean;
            kind: ("console" | "phone") | null;
            /** Format: date-time */
            last_used_at: string;
            /** @description Empty: nobody can tell. */
            platform: string;
        };
        /**
         * SignedInList
         * @description A person's sessions, those used last first, a hundred at most.
         */
        SignedInList: {
            sessions: components["schemas"]["SignedIn"][];
        };
        /**
         * SignIn
         * @description What `wx.login` gave.
         */
        SignIn: {
            code: string;
        };
        /**
         * Somebody
         * @description Whom a mark is about: somebody the organisation knows, an entry of the activity's roster, or a guest of it.
         */
        Somebody: {
            /** @default null */
            guest_id?: string | null;
            /** @default null */
            roster_entry_id?: string | null;
            /** @default null */
            user_id?: string | null;
        };
        /**
         * StaffAttempt
         * @description One person whom staff checked in while there was no network.
         */
        StaffAttempt: {
            activity_id: string;
            /** @description A UUIDv7, made on the phone before the first send. */
            attempt_id: string;
            /** @default null */
            claimed_at?: string | null;
            /**
             * @description The staff member's own.
             * @default
             */
            device_id?: string;
            /**
             * @default in
             * @enum {string}
             */
            direction?: "in" | "out";
            /**
             * @description As printed on a label.
             * @default
             */
            entry_code?: string;
            /** @default  */
            gate?: string;
            /** @default null */
            guest?: components["schemas"]["Guest"] | null;
            /** @enum {string} */
            method: "staff";
            /**
             * @description What their phone shows.
             * @default
             */
            person_token?: string;
            /**
             * @description From an earlier 503; when it is ours, its time of arrival holds.
             * @default
             */
            receipt?: string;
            /**
             * @description An entry of the activity's roster.
             * @default
             */
            roster_entry_id?: string;
            /**
             * @description A user; never the caller.
             * @default
             */
            user_id?: string;
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
            /** @default null */
            claimed_at?: string | null;
            /**
             * @description The staff member's own.
             * @default
             */
            device_id?: string;
            /**
             * @default in
             * @enum {string}
             */
            direction?: "in" | "out";
            /**
             * @description As printed on a label.
             * @default
             */
            entry_code?: string;
            /** @default  */
            gate?: string;
            /** @default null */
            guest?: components["schemas"]["Guest"] | null;
            /**
             * @description What their phone shows.
             * @default
             */
            person_token?: string;
            /**
             * @description From an earlier 503; when it is ours, its time of arrival holds.
             * @default
             */
            receipt?: string;
            /**
             * @description An entry of the activity's roster.
             * @default
             */
            roster_entry_id?: string;
            /**
             * @description A user; never the caller.
             * @default
             */
            user_id?: string;
        };
        /**
         * StaffPage
         * @description A page of staff.
         */
        StaffPage: {
            /** @description Empty: this is the last page. */
            next_page_token: string;
            staff: components["schemas"]["ActivityStaff"][];
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
         * Stats
         * @description The numbers of a window of an activity: people, not rows.
         *
         *         `expected` is how many are on the roster, or the `expected_count` of an open activity; null where there is neither,
         *         and where nobody can tell, which is `stale`. Then what is counted against it is null too. `came` are those of them
         *         who are checked in, `leave` those who asked for leave and did not come, `not_yet` the others. These are `absent`
         *         once a phone can bring nothing from before the close; it is null until then. `rate` is came / (expected - leave).
         */
        Stats: {
            absent: number | null;
            /** Format: date-time */
            as_of: string;
            by_gate: {
                [key: string]: number;
            };
            by_group: components["schemas"]["GroupCount"][];
            by_method: {
                [key: string]: number;
            };
            by_minute: components["schemas"]["MinuteCount"][];
            by_reason: {
                [key: string]: number;
            };
            came: number | null;
            checked_in: number;
            expected: number | null;
            inside: number;
            late: number;
            leave: number | null;
            not_yet: number | null;
            /** @description The window that these are of. */
            occurrence_id: string | null;
            over_capacity: number;
            pending_review: number;
            provisional: number;
            rate: number | null;
            refused: number;
            stale: boolean;
        };
        /**
         * Successor
         * @description The member who becomes owner.
         */
        Successor: {
            /** Format: uuid */
            user_id: string;
        };
        /**
         * Sun
         * @description How an NTAG 424 DNA is personalised; offsets are in bytes from the beginning of its NDEF file, length included.
         *
         *         `meta_read_key` is for SDMMetaRead, `file_read_key` for SDMFileRead (NXP AN12196).
         */
        Sun: {
            /** @description 32 hex digits. */
            file_read_key: string;
            mac_input_offset: number;
            mac_offset: number;
            /** @description 32 hex digits. */
            meta_read_key: string;
            picc_offset: number;
            url_template: string;
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
         * Synced
         * @description A result per attempt in order; records that changed since the cursor, some of them perhaps known already.
         */
        Synced: {
            changes: components["schemas"]["Checkin"][];
            cursor: string;
            has_more: boolean;
            results: components["schemas"]["Result"][];
        };
        /**
         * Tag
         * @description A tag as staff see it.
         */
        Tag: {
            /** Format: date-time */
            created_at: string;
            /** @description What check-ins by it say of where they were made. */
            gate: string | null;
            kind: ("static" | "sun") | null;
            /** @description What people call it. */
            label: string;
            /** @description Of a SUN tag: how often it was read, as far as is known. */
            last_counter: number | null;
            /** @description Some seconds behind. */
            last_seen_at: string | null;
            revoked_at: string | null;
            /** Format: uuid */
            tag_id: string;
            /** @description Of a static tag that lives: what is written to it, now or once more. */
            url: string | null;
        };
        /**
         * Tags
         * @description An activity's tags, the living ones first, the newest of each first; a hundred at most.
         */
        Tags: {
            tags: components["schemas"]["Tag"][];
        };
        /**
         * Template
         * @description A message template of ours.
         */
        Template: {
            name: string;
            template_id: string;
        };
        /**
         * Ticket
         * @description A browser that asks for something, as the phone shows it: to be let in, or for a place.
         */
        Ticket: {
            /** @description Empty: nobody can tell. */
            browser: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            /** @description Empty: nobody can tell. */
            platform: string;
            purpose: ("place" | "sign_in") | null;
            state: ("approved" | "denied" | "expired" | "pending") | null;
            /** Format: uuid */
            ticket: string;
        };
        /**
         * TicketApproval
         * @description The digits that the browser shows.
         */
        TicketApproval: {
            digits: string;
        };
        /**
         * TicketPlace
         * @description A place, in GCJ-02.
         */
        TicketPlace: {
            latitude: number;
            longitude: number;
            name: string;
        };
        /**
         * TicketPoll
         * @description Which ticket, and the proof that this browser opened it.
         */
        TicketPoll: {
            poll_secret: string;
            /** Format: uuid */
            ticket: string;
        };
        /**
         * TrendPeriod
         * @description A period and its points; groups of fewer than five people are shown to owners alone.
         */
        TrendPeriod: {
            activity_id: string | null;
            curves: components["schemas"]["ArrivalCurve"][];
            from: string;
            hidden_groups: number;
            /** @description Points beyond the 400 that are shown. */
            more: number;
            points: components["schemas"]["TrendPoint"][];
            to: string;
            whole: components["schemas"]["Figures"];
        };
        /**
         * TrendPoint
         * @description The sum of the occurrences that belong together; `title` is that of an activity.
         */
        TrendPoint: {
            figures: components["schemas"]["Figures"];
            /** @description A day, the Monday of a week, 1 (Monday) to 7, 00 to 23, an activity's id, or a group's name. */
            key: string;
            title: string;
        };
        /**
         * Trends
         * @description How many came over time.
         *
         *         `counting` occurrences are still being counted against their rosters: ask again, each answer counts some. While
         *         `is_filling`, history from before there was any is missing.
         */
        Trends: {
            /** Format: date-time */
            as_of: string;
            compared: components["schemas"]["TrendPeriod"] | null;
            counting: number;
            is_filling: boolean;
            period: components["schemas"]["TrendPeriod"];
        };
        /**
         * Tries
         * @description What one person tried at an activity, the last first; 50 at most.
         */
        Tries: {
            tries: components["schemas"]["Review"][];
        };
        /**
         * Unread
         * @description What is left.
         */
        Unread: {
            unread_count: number;
        };
        /**
         * User
         * @description A person; the name is empty until they gave it.
         */
        User: {
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            id: string;
            name: string;
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
            /** Format: uuid */
            activity_id: string;
            /** @description The soonest; null: it waits until somebody decides. */
            lapse: components["schemas"]["Lapse"] | null;
            pending: number;
            pending_offline: number;
            title: string;
        };
        /**
         * Webhook
         * @description A robot; its key is never told, save its last four characters.
         */
        Webhook: {
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            id: string;
            is_signed: boolean;
            key_tail: string;
            /** @enum {string} */
            kind: "dingtalk" | "feishu" | "wecom";
            label: string;
            last_at: string | null;
            /** @description Of what it was last to say. */
            last_result: string | null;
            /** Format: uuid */
            organisation_id: string;
        };
        /**
         * WebhookChange
         * @description What a robot is called; with `url` where it is from now on, with `secret` alone by what it is signed there.
         */
        WebhookChange: {
            label: string;
            /**
             * @description Empty: it stays; with a url there is none.
             * @default
             */
            secret?: string;
            /**
             * @description Empty: it stays.
             * @default
             */
            url?: string;
        };
        /**
         * Webhooks
         * @description All of an organisation, the newest first.
         */
        Webhooks: {
            webhooks: components["schemas"]["Webhook"][];
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
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_activities_v1_activities_get: {
        parameters: {
            query?: {
                organisation_id?: string | null;
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
                /** @description Where they stand now; past is whatever is over, closed or called off. */
                phase?: ("draft" | "now" | "past" | "upcoming") | null;
                /** @description Part of a title, in any case. */
                title?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activities"];
                };
            };
        };
    };
    create_activity_v1_activities_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewActivity"];
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
        };
    };
    get_activity_v1_activities__activity_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
        };
    };
    update_activity_v1_activities__activity_id__put: {
        parameters: {
            query?: never;
            header?: {
                /** @description The revision that you have seen. */
                "if-match"?: string;
            };
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActivityChanges"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
        };
    };
    delete_activity_v1_activities__activity_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_activity_v1_activities__activity_id__patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The revision that you have seen. */
                "if-match"?: string;
            };
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActivityChanges"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
        };
    };
    cancel_activity_v1_activities__activity_id__cancel_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
        };
    };
    let_in_v1_activities__activity_id__checkins_batch_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StaffCheckin"][] | components["schemas"]["StaffBatch"];
            };
        };
        responses: {
            /** @description One result per person. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LetIn"];
                };
            };
        };
    };
    close_activity_v1_activities__activity_id__close_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
        };
    };
    copy_activity_v1_activities__activity_id__copy_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Copy"];
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
        };
    };
    list_displays_v1_activities__activity_id__displays_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Displays"];
                };
            };
        };
    };
    create_display_v1_activities__activity_id__displays_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDisplay"];
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedDisplay"];
                };
            };
        };
    };
    revoke_display_v1_activities__activity_id__displays__display_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
                display_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    look_at_door_v1_activities__activity_id__door_look_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Meant"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Look"];
                };
            };
        };
    };
    list_door_people_v1_activities__activity_id__door_people_get: {
        parameters: {
            query?: {
                /** @description 0: 1000. */
                page_size?: number;
                page_token?: string;
            };
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DoorBundle"];
                };
            };
        };
    };
    search_door_people_v1_activities__activity_id__door_search_get: {
        parameters: {
            query: {
                /** @description Two Han characters or three others of a name, a whole number, or a phone's last four digits. */
                q: string;
            };
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DoorPeople"];
                };
            };
        };
    };
    live_v1_activities__activity_id__live_get: {
        parameters: {
            query?: {
                /** @description One of the activity's `occurrences`; left out: the newest that has opened. */
                occurrence_id?: string | null;
            };
            header?: {
                "last-event-id"?: string;
            };
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
        };
    };
    mark_people_v1_activities__activity_id__marks_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Marks"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MarkResults"];
                };
            };
        };
    };
    get_participation_v1_activities__activity_id__me_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Participation"];
                };
            };
        };
    };
    set_answer_v1_activities__activity_id__me_answer_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAnswer"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Participation"];
                };
            };
        };
    };
    say_details_v1_activities__activity_id__me_details_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDetails"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Participation"];
                };
            };
        };
    };
    own_entry_v1_activities__activity_id__me_entry_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnListing"];
                };
            };
        };
    };
    bind_phone_v1_activities__activity_id__me_phone_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PhoneCode"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnListing"];
                };
            };
        };
    };
    get_own_proof_v1_activities__activity_id__me_proof_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnProof"];
                };
            };
        };
    };
    ask_for_own_proof_v1_activities__activity_id__me_proof_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can be fetched. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnProof"];
                };
            };
            /** @description It waits, or is being made. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnProof"];
                };
            };
        };
    };
    download_own_proof_v1_activities__activity_id__me_proof_file_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
        };
    };
    list_nfc_tags_v1_activities__activity_id__nfc_tags_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tags"];
                };
            };
        };
    };
    create_nfc_tag_v1_activities__activity_id__nfc_tags_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTag"];
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedTag"];
                };
            };
        };
    };
    revoke_nfc_tag_v1_activities__activity_id__nfc_tags__tag_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
                tag_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    open_occurrence_v1_activities__activity_id__occurrences_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOccurrence"];
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
        };
    };
    list_people_v1_activities__activity_id__people_get: {
        parameters: {
            query?: {
                answer?: ("coming" | "leave") | null;
                details?: "missing" | null;
                from?: string | null;
                gate?: string;
                group?: string;
                method?: ("code" | "nfc" | "place" | "qr" | "staff") | null;
                /** @description One of the activity's `occurrences`; left out: the newest that has opened. */
                occurrence_id?: string | null;
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
                punctuality?: ("early_leave" | "late" | "on_time") | null;
                q?: string;
                reason?: string;
                status?: ("absent" | "checked_in" | "pending_review" | "provisional" | "refused") | null;
                to?: string | null;
            };
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["People"];
                };
            };
        };
    };
    list_tries_v1_activities__activity_id__people__user_id__tries_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tries"];
                };
            };
        };
    };
    draw_people_v1_activities__activity_id__people_draw_get: {
        parameters: {
            query?: {
                count?: number;
                /** @description One of the activity's `occurrences`; left out: the newest that has opened. */
                occurrence_id?: string | null;
                /** @description Of the draw before: nobody comes again. */
                page_token?: string;
            };
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["People"];
                };
            };
        };
    };
    publish_activity_v1_activities__activity_id__publish_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
        };
    };
    get_qr_v1_activities__activity_id__qr_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Qr"];
                };
            };
        };
    };
    get_qr_png_v1_activities__activity_id__qr_png_get: {
        parameters: {
            query?: {
                ecc?: "H" | "L" | "M" | "Q";
                /** @description Least width and height in pixels. */
                size?: number;
            };
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/png": string;
                };
            };
        };
    };
    get_qr_svg_v1_activities__activity_id__qr_svg_get: {
        parameters: {
            query?: {
                ecc?: "H" | "L" | "M" | "Q";
                /** @description Least width and height in pixels. */
                size?: number;
            };
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": string;
                };
            };
        };
    };
    revoke_qr_v1_activities__activity_id__qr_revoke_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Qr"];
                };
            };
        };
    };
    rehearse_activity_v1_activities__activity_id__rehearsal_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
        };
    };
    reopen_activity_v1_activities__activity_id__reopen_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
        };
    };
    print_sign_sheet_v1_activities__activity_id__sign_sheet_pdf_get: {
        parameters: {
            query?: {
                blank_rows?: number;
                /** @description One group alone; empty: those of none. */
                group?: string | null;
            };
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/pdf": string;
                };
            };
        };
    };
    list_activity_staff_v1_activities__activity_id__staff_get: {
        parameters: {
            query?: {
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
            };
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StaffPage"];
                };
            };
        };
    };
    remove_activity_staff_v1_activities__activity_id__staff__user_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                activity_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_stats_v1_activities__activity_id__stats_get: {
        parameters: {
            query?: {
                /** @description One of the activity's `occurrences`; left out: the newest that has opened. */
                occurrence_id?: string | null;
            };
            header?: never;
            path: {
                activity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stats"];
                };
            };
        };
    };
    resolve_v1_activities_resolve_get: {
        parameters: {
            query?: {
                activity_id?: string | null;
                /** @description The code on the screen. */
                code?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Card"];
                };
            };
        };
    };
    resolve_token_v1_activities_resolve_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResolveToken"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Card"];
                };
            };
        };
    };
    open_ticket_v1_auth_console_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedTicket"];
                };
            };
        };
    };
    get_ticket_v1_auth_console__ticket_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    approve_ticket_v1_auth_console__ticket_id__approve_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketApproval"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    deny_ticket_v1_auth_console__ticket_id__deny_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    choose_place_v1_auth_console__ticket_id__place_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChosenPlace"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    poll_ticket_v1_auth_console_poll_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketPoll"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledTicket"];
                };
            };
        };
    };
    refresh_console_v1_auth_console_refresh_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description See `csrf_token`. */
                "x-csrf-token"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsoleSession"];
                };
            };
        };
    };
    sign_out_console_v1_auth_console_sign_out_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description See `csrf_token`. */
                "x-csrf-token"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    sign_out_v1_auth_logout_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    refresh_v1_auth_refresh_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Refresh"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
        };
    };
    sign_in_v1_auth_wechat_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
        };
    };
    create_checkin_v1_checkins_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckinRequest"];
            };
        };
        responses: {
            /** @description Already checked in: `duplicate_of` names the record that holds the seat. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
            /** @description Accepted, or waiting for a human (`pending_review`). */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
            /** @description Taken without a judgement yet (`provisional`); the person is told later. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
        };
    };
    get_checkin_v1_checkins__checkin_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                checkin_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Record"];
                };
            };
        };
    };
    annul_v1_checkins__checkin_id__annul_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path: {
                checkin_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Annulment"];
            };
        };
        responses: {
            /** @description As it is recorded. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
            /** @description Taken, and not in the record yet. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
        };
    };
    appeal_v1_checkins__checkin_id__appeal_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path: {
                checkin_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Appeal"];
            };
        };
        responses: {
            /** @description As it is recorded. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Record"];
                };
            };
            /** @description Taken, and not in the record yet. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Record"];
                };
            };
        };
    };
    sync_v1_checkins_sync_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Sync"];
            };
        };
        responses: {
            /** @description One result per attempt, and what changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Synced"];
                };
            };
        };
    };
    client_config_v1_client_config_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientConfig"];
                };
            };
        };
    };
    take_events_v1_client_events_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientEvents"];
            };
        };
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    check_in_at_kiosk_v1_displays_checkins_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AtKiosk"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KioskAnswer"];
                };
            };
        };
    };
    list_latest_v1_displays_latest_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LatestPeople"];
                };
            };
        };
    };
    get_screen_v1_displays_me_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Screen"];
                };
            };
        };
    };
    open_display_v1_displays_open_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Opening"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Screen"];
                };
            };
        };
    };
    preview_display_v1_displays_preview_get: {
        parameters: {
            query: {
                code: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DisplayPreview"];
                };
            };
        };
    };
    get_export_columns_v1_export_columns_get: {
        parameters: {
            query: {
                report: "activity" | "checkins" | "organisation" | "people" | "proof" | "register" | "sign_sheet";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportColumns"];
                };
            };
        };
    };
    list_exports_v1_exports_get: {
        parameters: {
            query?: {
                /** @description For its organisers; left out: one's own. */
                organisation_id?: string | null;
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exports"];
                };
            };
        };
    };
    create_export_v1_exports_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewExport"];
            };
        };
        responses: {
            /** @description It waits in the queue. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Export"];
                };
            };
        };
    };
    get_export_v1_exports__export_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                export_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Export"];
                };
            };
        };
    };
    cancel_export_v1_exports__export_id__cancel_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                export_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Export"];
                };
            };
        };
    };
    download_export_v1_exports__export_id__file_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                export_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
        };
    };
    accept_invite_v1_invites_accept_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Acceptance"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
        };
    };
    preview_invite_v1_invites_preview_get: {
        parameters: {
            query: {
                code: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitePreview"];
                };
            };
        };
    };
    get_me_v1_me_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    update_me_v1_me_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProfileChange"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    erase_me_v1_me_delete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_me_v1_me_patch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProfileChange"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    list_checkins_v1_me_checkins_get: {
        parameters: {
            query?: {
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckinPage"];
                };
            };
        };
    };
    get_own_code_v1_me_code_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnCode"];
                };
            };
        };
    };
    export_me_v1_me_export_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnData"];
                };
            };
        };
    };
    get_inbox_v1_me_inbox_get: {
        parameters: {
            query?: {
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Inbox"];
                };
            };
        };
    };
    read_inbox_v1_me_inbox_read_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReadMessages"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Unread"];
                };
            };
        };
    };
    list_sessions_v1_me_sessions_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInList"];
                };
            };
        };
    };
    revoke_session_v1_me_sessions__session_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_subscriptions_v1_me_subscriptions_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Standing"];
                };
            };
        };
    };
    grant_v1_me_subscriptions_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Grants"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Standing"];
                };
            };
        };
    };
    list_organisations_v1_organisations_get: {
        parameters: {
            query?: {
                /** @description Those that are archived too. */
                archived?: boolean;
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisations"];
                };
            };
        };
    };
    create_organisation_v1_organisations_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOrganisation"];
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisation"];
                };
            };
        };
    };
    update_organisation_v1_organisations__organisation_id__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganisationChange"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisation"];
                };
            };
        };
    };
    update_organisation_v1_organisations__organisation_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganisationChange"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisation"];
                };
            };
        };
    };
    archive_organisation_v1_organisations__organisation_id__archive_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisation"];
                };
            };
        };
    };
    get_behaviour_v1_organisations__organisation_id__behaviour_get: {
        parameters: {
            query?: {
                activity_id?: string | null;
                /** @description YYYY-MM-DD; empty: left open. */
                from?: string;
                /** @description Left out: the roster that most occurrences have. */
                roster_id?: string | null;
                /** @description Where today is looked up, when a day is left open. */
                time_zone?: string;
                /** @description YYYY-MM-DD; empty: left open. */
                to?: string;
            };
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Behaviour"];
                };
            };
        };
    };
    get_cohorts_v1_organisations__organisation_id__cohorts_get: {
        parameters: {
            query?: {
                activity_id?: string | null;
                /** @description YYYY-MM-DD; empty: left open. */
                from?: string;
                /** @description Where today is looked up, when a day is left open. */
                time_zone?: string;
                /** @description YYYY-MM-DD; empty: left open. */
                to?: string;
            };
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cohorts"];
                };
            };
        };
    };
    list_export_schedules_v1_organisations__organisation_id__export_schedules_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportSchedules"];
                };
            };
        };
    };
    create_export_schedule_v1_organisations__organisation_id__export_schedules_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExportPlan"];
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportSchedule"];
                };
            };
        };
    };
    replace_export_schedule_v1_organisations__organisation_id__export_schedules__schedule_id__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExportPlan"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportSchedule"];
                };
            };
        };
    };
    delete_export_schedule_v1_organisations__organisation_id__export_schedules__schedule_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    hand_over_v1_organisations__organisation_id__handover_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Successor"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
        };
    };
    list_invites_v1_organisations__organisation_id__invites_get: {
        parameters: {
            query?: {
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
            };
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invites"];
                };
            };
        };
    };
    create_invite_v1_organisations__organisation_id__invites_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvite"];
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invite"];
                };
            };
        };
    };
    get_invite_v1_organisations__organisation_id__invites__invite_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invite_id: string;
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InviteWithUses"];
                };
            };
        };
    };
    revoke_invite_v1_organisations__organisation_id__invites__invite_id__revoke_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invite_id: string;
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invite"];
                };
            };
        };
    };
    list_members_v1_organisations__organisation_id__members_get: {
        parameters: {
            query?: {
                group?: string;
                /** @description Words of a name, one of them of two Chinese characters or three others at least. */
                name?: string;
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
            };
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Members"];
                };
            };
        };
    };
    add_member_v1_organisations__organisation_id__members_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMember"];
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
        };
    };
    update_member_v1_organisations__organisation_id__members__user_id__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberChange"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
        };
    };
    remove_member_v1_organisations__organisation_id__members__user_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_member_v1_organisations__organisation_id__members__user_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberChange"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
        };
    };
    list_places_v1_organisations__organisation_id__places_get: {
        parameters: {
            query?: {
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
            };
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedPlaces"];
                };
            };
        };
    };
    save_place_v1_organisations__organisation_id__places_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSavedPlace"];
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedPlace"];
                };
            };
        };
    };
    replace_place_v1_organisations__organisation_id__places__place_id__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
                place_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSavedPlace"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedPlace"];
                };
            };
        };
    };
    delete_place_v1_organisations__organisation_id__places__place_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
                place_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    learn_wifi_v1_organisations__organisation_id__places__place_id__wifi_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
                place_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SeenWifi"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedPlace"];
                };
            };
        };
    };
    get_privacy_v1_organisations__organisation_id__privacy_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Privacy"];
                };
            };
        };
    };
    update_privacy_v1_organisations__organisation_id__privacy_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PrivacyChange"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Privacy"];
                };
            };
        };
    };
    update_privacy_v1_organisations__organisation_id__privacy_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PrivacyChange"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Privacy"];
                };
            };
        };
    };
    get_quality_v1_organisations__organisation_id__quality_get: {
        parameters: {
            query?: {
                activity_id?: string | null;
                /** @description YYYY-MM-DD; empty: left open. */
                from?: string;
                /** @description Where today is looked up, when a day is left open. */
                time_zone?: string;
                /** @description YYYY-MM-DD; empty: left open. */
                to?: string;
            };
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quality"];
                };
            };
        };
    };
    dismiss_advice_v1_organisations__organisation_id__quality_dismissals_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Dismissal"];
            };
        };
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_queue_v1_organisations__organisation_id__reviews_get: {
        parameters: {
            query?: {
                /** @description Of one activity alone. */
                activity_id?: string | null;
                /** @description What comes first. */
                order?: "newest" | "oldest";
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
                /** @description With this among its reasons. */
                reason?: string;
            };
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queue"];
                };
            };
        };
    };
    list_rosters_v1_organisations__organisation_id__rosters_get: {
        parameters: {
            query?: {
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
            };
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rosters"];
                };
            };
        };
    };
    create_roster_v1_organisations__organisation_id__rosters_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRoster"];
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Roster"];
                };
            };
        };
    };
    get_trends_v1_organisations__organisation_id__trends_get: {
        parameters: {
            query?: {
                activity_id?: string | null;
                by?: "activity" | "day" | "group" | "hour" | "week" | "weekday";
                compare_activity_id?: string | null;
                /** @description YYYY-MM-DD; empty: left open. */
                compare_from?: string;
                /** @description YYYY-MM-DD; empty: left open. */
                compare_to?: string;
                /** @description YYYY-MM-DD; empty: left open. */
                from?: string;
                group?: string;
                /** @description Where today is looked up, when a day is left open. */
                time_zone?: string;
                /** @description YYYY-MM-DD; empty: left open. */
                to?: string;
            };
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trends"];
                };
            };
        };
    };
    unarchive_organisation_v1_organisations__organisation_id__unarchive_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisation"];
                };
            };
        };
    };
    list_webhooks_v1_organisations__organisation_id__webhooks_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhooks"];
                };
            };
        };
    };
    create_webhook_v1_organisations__organisation_id__webhooks_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path: {
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    replace_webhook_v1_organisations__organisation_id__webhooks__webhook_id__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookChange"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    delete_webhook_v1_organisations__organisation_id__webhooks__webhook_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    test_webhook_v1_organisations__organisation_id__webhooks__webhook_id__test_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organisation_id: string;
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will say so as soon as its rate allows. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    open_place_ticket_v1_place_tickets_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedPlaceTicket"];
                };
            };
        };
    };
    poll_place_v1_place_tickets_poll_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketPoll"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledPlace"];
                };
            };
        };
    };
    list_reviews_v1_reviews_get: {
        parameters: {
            query: {
                activity_id: string;
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
                state?: "approved" | "closed" | "pending" | "refused";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewPage"];
                };
            };
        };
    };
    get_review_v1_reviews__checkin_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                checkin_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
        };
    };
    approve_v1_reviews__checkin_id__approve_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path: {
                checkin_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Approval"];
            };
        };
        responses: {
            /** @description As it is recorded. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
            /** @description Taken, and not in the record yet. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
        };
    };
    refuse_v1_reviews__checkin_id__refuse_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path: {
                checkin_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Refusal"];
            };
        };
        responses: {
            /** @description As it is recorded. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
            /** @description Taken, and not in the record yet. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
        };
    };
    decide_many_v1_reviews_batch_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Batch"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Results"];
                };
            };
        };
    };
    list_waiting_v1_reviews_waiting_get: {
        parameters: {
            query?: {
                organisation_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WaitingActivities"];
                };
            };
        };
    };
    accept_roster_invite_v1_roster_invites_accept_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptedInvite"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnListing"];
                };
            };
        };
    };
    preview_roster_invite_v1_roster_invites_preview_get: {
        parameters: {
            query: {
                code: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntryInvitePreview"];
                };
            };
        };
    };
    get_roster_v1_rosters__roster_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Roster"];
                };
            };
        };
    };
    change_roster_v1_rosters__roster_id__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RosterChanges"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Roster"];
                };
            };
        };
    };
    delete_roster_v1_rosters__roster_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_roster_v1_rosters__roster_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RosterChanges"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Roster"];
                };
            };
        };
    };
    list_roster_entries_v1_rosters__roster_id__entries_get: {
        parameters: {
            query?: {
                /** @description Empty: those of none. */
                group?: string | null;
                is_bound?: boolean | null;
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
                /** @description Two Han characters or three others of a name, a whole number, or a phone's last four digits. */
                q?: string;
            };
            header?: never;
            path: {
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RosterEntries"];
                };
            };
        };
    };
    create_roster_entry_v1_rosters__roster_id__entries_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat harmless for 24 h. */
                "idempotency-key"?: string;
            };
            path: {
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRosterEntry"];
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RosterEntry"];
                };
            };
        };
    };
    replace_roster_entry_v1_rosters__roster_id__entries__entry_id__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entry_id: string;
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRosterEntry"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RosterEntry"];
                };
            };
        };
    };
    delete_roster_entry_v1_rosters__roster_id__entries__entry_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entry_id: string;
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    invite_entry_v1_rosters__roster_id__entries__entry_id__invite_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entry_id: string;
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntryInvite"];
                };
            };
        };
    };
    bind_entry_v1_rosters__roster_id__entries__entry_id__person_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entry_id: string;
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EntryPerson"];
            };
        };
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    unbind_entry_v1_rosters__roster_id__entries__entry_id__person_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entry_id: string;
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    export_roster_v1_rosters__roster_id__file_get: {
        parameters: {
            query?: {
                format?: "csv" | "xlsx";
            };
            header?: never;
            path: {
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                };
            };
        };
    };
    list_roster_groups_v1_rosters__roster_id__groups_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RosterGroups"];
                };
            };
        };
    };
    import_roster_v1_rosters__roster_id__imports_post: {
        parameters: {
            query?: never;
            header?: {
                "accept-language"?: string;
            };
            path: {
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RosterImport"];
                };
            };
        };
    };
    get_roster_import_v1_rosters__roster_id__imports__import_id__get: {
        parameters: {
            query?: never;
            header?: {
                "accept-language"?: string;
            };
            path: {
                import_id: string;
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RosterImport"];
                };
            };
        };
    };
    apply_roster_import_v1_rosters__roster_id__imports__import_id__apply_post: {
        parameters: {
            query?: never;
            header?: {
                "accept-language"?: string;
            };
            path: {
                import_id: string;
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Applying"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RosterImport"];
                };
            };
        };
    };
    list_bad_rows_v1_rosters__roster_id__imports__import_id__bad_rows_get: {
        parameters: {
            query?: {
                /** @description 0: the default of 50. */
                page_size?: number;
                page_token?: string;
            };
            header?: {
                "accept-language"?: string;
            };
            path: {
                import_id: string;
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BadRows"];
                };
            };
        };
    };
    get_bad_rows_v1_rosters__roster_id__imports__import_id__bad_rows_csv_get: {
        parameters: {
            query?: never;
            header?: {
                "accept-language"?: string;
            };
            path: {
                import_id: string;
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
        };
    };
    undo_roster_import_v1_rosters__roster_id__imports__import_id__undo_post: {
        parameters: {
            query?: never;
            header?: {
                "accept-language"?: string;
            };
            path: {
                import_id: string;
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RosterImport"];
                };
            };
        };
    };
    print_labels_v1_rosters__roster_id__labels_pdf_get: {
        parameters: {
            query?: {
                /** @description One group alone; empty: those of none. */
                group?: string | null;
            };
            header?: never;
            path: {
                roster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/pdf": string;
                };
            };
        };
    };
}
