"""Files of images, containers and volumes: layers, trees over them, and what processes see of both."""

from dockpy.fake.files.changes import ADDED, DELETED, MODIFIED
from dockpy.fake.files.content import Content, Extent
from dockpy.fake.files.copying import copy_tree
from dockpy.fake.files.faults import BadArchive, fault
from dockpy.fake.files.handle import Device, DynamicFile, OpenFile
from dockpy.fake.files.host import HostFolder
from dockpy.fake.files.layer import Layer
from dockpy.fake.files.mounts import Mount
from dockpy.fake.files.node import DynamicEntries, Node, Stat, Who
from dockpy.fake.files.paths import Place
from dockpy.fake.files.system import ROOT, FileSystem
from dockpy.fake.files.tree import Tree, merge
from dockpy.fake.files.upper import Upper

__all__ = [
    "ADDED",
    "DELETED",
    "MODIFIED",
    "ROOT",
    "BadArchive",
    "Content",
    "Device",
    "DynamicEntries",
    "DynamicFile",
    "Extent",
    "FileSystem",
    "HostFolder",
    "Layer",
    "Mount",
    "Node",
    "OpenFile",
    "Place",
    "Stat",
    "Tree",
    "Upper",
    "Who",
    "copy_tree",
    "fault",
    "merge",
]
