"""Spotify exports as they lie on a disk: zips, folders, JSON files. Everything is streamed, nothing is unpacked."""

from bot.integrations.exports.files import FilesOnDisk

__all__ = ["FilesOnDisk"]
