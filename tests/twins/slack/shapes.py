"""The grammar of Block Kit: which properties each object has, which it must have (`!`), and what may stand in them.

A kind is the name of a shape; `plain` or `text` (a text object: plain only, or mrkdwn too); `str`, `int`, `number`,
`bool`; words to choose from (`primary|danger`); a family of elements (`@accessory`); or a list of one of these
(`[option]`). `any` is not looked into. Properties are those of docs.slack.dev and of slack-sdk's models.
"""

from __future__ import annotations

Shape = dict[str, str]

INTERACTIVE: Shape = {"type!": "str", "action_id": "str"}
INPUT: Shape = INTERACTIVE | {"focus_on_load": "bool", "placeholder": "plain"}
TYPED: Shape = INPUT | {"dispatch_action_config": "dispatch_action", "initial_value": "str"}
MENU: Shape = INPUT | {"confirm": "confirmation"}
MANY: Shape = MENU | {"max_selected_items": "int"}
BLOCK: Shape = {"type!": "str", "block_id": "str"}
SERIES: Shape = {"type!": "str", "series!": "[series]", "axis_config!": "axis_config"}
INLINE: Shape = {"type!": "str", "style": "style"}
STATIC: Shape = {"options": "[option]", "option_groups": "[option_group]"}
PICTURE: Shape = {"type!": "str", "image_url": "str", "slack_file": "slack_file", "alt_text!": "str"}

BLOCKS: dict[str, Shape] = {
    "actions": BLOCK | {"elements!": "[@acting]"},
    "alert": BLOCK | {"text!": "text", "level": "default|info|warning|error|success"},
    "card": BLOCK
    | {
        "title": "text",
        "subtitle": "text",
        "body": "text",
        "subtext": "text",
        "hero_image": "image_element",
        "icon": "image_element",
        "slack_icon": "any",
        "actions": "[@acting]",
    },
    "carousel": BLOCK | {"elements!": "[@block]"},
    "container": BLOCK
    | {
        "title": "plain",
        "rich_text_title": "@block",
        "subtitle": "text",
        "child_blocks!": "[@block]",
        "width": "narrow|standard|wide|full",
        "icon": "image_element",
        "is_collapsible": "bool",
        "default_collapsed": "bool",
        "has_header_divider": "bool",
    },
    "context": BLOCK | {"elements!": "[@context]"},
    "context_actions": BLOCK | {"elements!": "[@context_acting]"},
    "data_table": BLOCK
    | {"rows!": "any", "columns": "any", "page_size": "int", "title": "any", "caption": "any"},
    "data_visualization": BLOCK | {"title!": "str", "chart!": "@chart"},
    "divider": BLOCK,
    "file": BLOCK | {"external_id!": "str", "source!": "str"},
    "header": BLOCK | {"text!": "plain"},
    "image": BLOCK | PICTURE | {"title": "plain"},
    "input": BLOCK
    | {
        "label!": "plain",
        "element!": "@input",
        "hint": "plain",
        "optional": "bool",
        "dispatch_action": "bool",
    },
    "markdown": BLOCK | {"text!": "str"},
    "rich_text": BLOCK | {"elements!": "[@rich]"},
    "section": BLOCK | {"text": "text", "fields": "[text]", "accessory": "@accessory", "expand": "bool"},
    "table": BLOCK | {"rows!": "any", "column_settings": "any"},
    "video": BLOCK
    | {
        "alt_text!": "str",
        "title!": "plain",
        "thumbnail_url!": "str",
        "video_url!": "str",
        "author_name": "str",
        "description": "plain",
        "provider_icon_url": "str",
        "provider_name": "str",
        "title_url": "str",
    },
}

# Blocks that not every surface takes.
SURFACES: dict[str, tuple[str, ...]] = {
    "alert": ("modal",),
    "card": ("message",),
    "carousel": ("message",),
    "context_actions": ("message",),
    "data_table": ("message",),
    "data_visualization": ("message",),
    "file": ("message",),
    "markdown": ("message",),
    "table": ("message",),
}

ELEMENTS: dict[str, Shape] = {
    "button": INTERACTIVE
    | {
        "text!": "plain",
        "url": "str",
        "value": "str",
        "style": "primary|danger",
        "confirm": "confirmation",
        "accessibility_label": "str",
    },
    "channels_select": MENU | {"initial_channel": "str", "response_url_enabled": "bool"},
    "checkboxes": INTERACTIVE
    | {
        "options!": "[option]",
        "initial_options": "[option]",
        "confirm": "confirmation",
        "focus_on_load": "bool",
    },
    "conversations_select": MENU
    | {
        "initial_conversation": "str",
        "default_to_current_conversation": "bool",
        "filter": "any",
        "response_url_enabled": "bool",
    },
    "datepicker": MENU | {"initial_date": "str"},
    "datetimepicker": INTERACTIVE
    | {"initial_date_time": "int", "confirm": "confirmation", "focus_on_load": "bool"},
    "email_text_input": TYPED,
    "external_select": MENU | {"initial_option": "option", "min_query_length": "int"},
    "feedback_buttons": INTERACTIVE | {"positive_button!": "any", "negative_button!": "any"},
    "file_input": INTERACTIVE | {"filetypes": "[str]", "max_files": "int"},
    "icon_button": INTERACTIVE
    | {
        "icon!": "str",
        "text!": "plain",
        "value": "str",
        "confirm": "confirmation",
        "accessibility_label": "str",
        "visible_to_user_ids": "[str]",
    },
    "image": PICTURE,
    "mrkdwn": {"type!": "str", "text!": "str", "verbatim": "bool"},
    "multi_channels_select": MANY | {"initial_channels": "[str]"},
    "multi_conversations_select": MANY
    | {"initial_conversations": "[str]", "default_to_current_conversation": "bool", "filter": "any"},
    "multi_external_select": MANY | {"initial_options": "[option]", "min_query_length": "int"},
    "multi_static_select": MANY | STATIC | {"initial_options": "[option]"},
    "multi_users_select": MANY | {"initial_users": "[str]"},
    "number_input": TYPED | {"is_decimal_allowed!": "bool", "min_value": "str", "max_value": "str"},
    "overflow": INTERACTIVE | {"options!": "[option]", "confirm": "confirmation"},
    "plain_text": {"type!": "str", "text!": "str", "emoji": "bool"},
    "plain_text_input": TYPED | {"multiline": "bool", "min_length": "int", "max_length": "int"},
    "radio_buttons": INTERACTIVE
    | {
        "options!": "[option]",
        "initial_option": "option",
        "confirm": "confirmation",
        "focus_on_load": "bool",
    },
    "rich_text_input": INPUT | {"initial_value": "any", "dispatch_action_config": "dispatch_action"},
    "static_select": MENU | STATIC | {"initial_option": "option"},
    "timepicker": MENU | {"initial_time": "str", "timezone": "str"},
    "url_text_input": TYPED,
    "users_select": MENU | {"initial_user": "str"},
    # charts
    "area": SERIES,
    "bar": SERIES,
    "line": SERIES,
    "pie": {"type!": "str", "segments!": "[segment]"},
    # rich text
    "rich_text_list": {
        "type!": "str",
        "style!": "bullet|ordered",
        "elements!": "[@rich_section]",
        "indent": "int",
        "offset": "int",
        "border": "int",
    },
    "rich_text_preformatted": {
        "type!": "str",
        "elements!": "[@preformatted]",
        "border": "int",
        "language": "str",
    },
    "rich_text_quote": {"type!": "str", "elements!": "[@inline]", "border": "int"},
    "rich_text_section": {"type!": "str", "elements!": "[@inline]"},
    "broadcast": INLINE | {"range!": "here|channel|everyone"},
    "channel": INLINE | {"channel_id!": "str"},
    "color": INLINE | {"value!": "str"},
    "date": INLINE
    | {"timestamp!": "int", "format!": "str", "url": "str", "fallback": "str", "timezone": "str"},
    "emoji": INLINE | {"name!": "str", "unicode": "str", "skin_tone": "int"},
    "link": INLINE | {"url!": "str", "text": "str", "unsafe": "bool"},
    "text": INLINE | {"text!": "str"},
    "user": INLINE | {"user_id!": "str"},
    "usergroup": INLINE | {"usergroup_id!": "str"},
}

MENUS = (
    *("static_select", "external_select", "users_select", "conversations_select", "channels_select"),
    *("multi_static_select", "multi_external_select", "multi_users_select"),
    *("multi_conversations_select", "multi_channels_select"),
    *("datepicker", "timepicker", "checkboxes", "radio_buttons"),
)
FAMILIES: dict[str, tuple[str, ...]] = {
    "@accessory": ("button", "image", "overflow", *MENUS),
    "@acting": ("button", "overflow", "datetimepicker", *MENUS),
    "@block": tuple(BLOCKS),
    "@chart": ("area", "bar", "line", "pie"),
    "@context": ("image", "mrkdwn", "plain_text"),
    "@context_acting": ("feedback_buttons", "icon_button"),
    "@inline": (
        *("text", "link", "emoji", "user", "usergroup", "channel"),
        *("broadcast", "color", "date"),
    ),
    "@input": (
        *("plain_text_input", "email_text_input", "number_input", "url_text_input", "rich_text_input"),
        *("file_input", "datetimepicker", *MENUS),
    ),
    "@preformatted": ("text", "link"),
    "@rich": ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"),
    "@rich_section": ("rich_text_section",),
}

OBJECTS: dict[str, Shape] = {
    "axis_config": {"categories!": "[str]", "x_label": "str", "y_label": "str"},
    "confirmation": {
        "title!": "plain",
        "text!": "text",
        "confirm!": "plain",
        "deny!": "plain",
        "style": "primary|danger",
    },
    "dispatch_action": {"trigger_actions_on": "[on_enter_pressed|on_character_entered]"},
    "home": {
        "type!": "str",
        "blocks!": "[@block]",
        "private_metadata": "str",
        "callback_id": "str",
        "external_id": "str",
    },
    "image_element": PICTURE,
    "modal": {
        "type!": "str",
        "title!": "plain",
        "blocks!": "[@block]",
        "submit": "plain",
        "close": "plain",
        "private_metadata": "str",
        "callback_id": "str",
        "external_id": "str",
        "clear_on_close": "bool",
        "notify_on_close": "bool",
        "submit_disabled": "bool",
    },
    "option": {"text!": "text", "value!": "str", "description": "text", "url": "str"},
    "option_group": {"label!": "plain", "options!": "[option]"},
    "point": {"label!": "str", "value!": "number"},
    "segment": {"label!": "str", "value!": "number"},
    "series": {"name!": "str", "data!": "[point]"},
    "slack_file": {"id": "str", "url": "str"},
    "style": {
        "bold": "bool",
        "italic": "bool",
        "strike": "bool",
        "code": "bool",
        "underline": "bool",
        "highlight": "bool",
        "client_highlight": "bool",
        "unlink": "bool",
    },
}
